/**
 * A page as those of the MuseTalk integration are, behind a server of its own that hands everything else on to Lipcam: its
 * addresses stay as they were and only the server's is another. In: the programme's address. Out: the page's.
 */

/** The page asks whether MuseTalk is ready, connects, starts a file, plays it itself and holds it to the polled frames. */
const SCRIPT = `
const log = { skews: [], heard: [], pauses: 0, notes: [], states: [] };
window.log = log;
const THRESHOLD = 0.1;
async function call(path, options) {
  const response = await fetch("/api/webrtc" + path, options);
  const body = await response.json();
  if (!response.ok) throw new Error(path + ": " + (body.detail || response.status));
  return body;
}
async function live(audioPath, avatar) {
  const status = await call("/musetalk/status");
  log.mode = status.initialized ? "musetalk" : "demo";
  log.avatars = status.loaded_avatars;
  if (!status.initialized) await call("/avatar/initialize", { method: "POST" });
  const pc = new RTCPeerConnection({ iceServers: [], iceCandidatePoolSize: 10 });
  window.pc = pc;
  pc.onconnectionstatechange = () => log.states.push(pc.connectionState);
  pc.ontrack = (event) => {
    if (event.track.kind === "video") video.srcObject = event.streams[0] || new MediaStream([event.track]);
  };
  const sync = pc.createDataChannel("sync");
  sync.onmessage = (event) => log.notes.push(JSON.parse(event.data));
  pc.addTransceiver("video", { direction: "recvonly" });
  pc.addTransceiver("audio", { direction: "recvonly" });
  await pc.setLocalDescription(await pc.createOffer());
  await new Promise((done) => {
    if (pc.iceGatheringState === "complete") return done();
    pc.onicegatheringstatechange = () => pc.iceGatheringState === "complete" && done();
  });
  const answer = await call("/offer", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sdp: pc.localDescription.sdp, type: pc.localDescription.type }),
  });
  await pc.setRemoteDescription(new RTCSessionDescription(answer));
  await new Promise((done, fail) => {
    video.requestVideoFrameCallback(done);
    setTimeout(async () => fail(new Error("no picture: " + log.states + (await pairs()))), 10000);
  });
  const query = new URLSearchParams({ session_id: answer.sessionid, avatar_id: avatar, audio_path: audioPath });
  const started = await call("/realtime/start?" + query, { method: "POST" });
  log.started = started;
  const audio = document.createElement("audio");
  window.audio = audio;
  audio.src = started.audio_url;
  audio.preload = "auto";
  document.body.appendChild(audio);
  audio.onended = () => log.hasEnded = true;
  audio.onpause = () => log.pauses++;
  const timer = setInterval(async () => {
    const { last_frame_idx, fps } = await call("/status/" + answer.sessionid);
    if (last_frame_idx < 0 || log.hasEnded) return;
    const videoTime = last_frame_idx / fps;
    log.heard.push([last_frame_idx, await heard()]);
    if (!audio.paused) log.skews.push(audio.currentTime - videoTime);
    if (audio.currentTime > videoTime + THRESHOLD) audio.pause();
    else if (audio.paused && audio.currentTime <= videoTime) audio.play();
  }, 200);
  window.stop = async () => {
    clearInterval(timer);
    audio.pause();
    pc.close();
  };
}
/** What came of the candidates. */
async function pairs() {
  const reports = [...(await pc.getStats()).values()];
  return JSON.stringify(reports.filter(({ type }) => /candidate|transport/.test(type)));
}
/** How much sound the stream has brought. */
async function heard() {
  for (const report of (await pc.getStats()).values()) {
    if (report.type === "inbound-rtp" && report.kind === "audio") return report.packetsReceived;
  }
  return 0;
}
`;
const PAGE = `<!doctype html><title>live</title><video id="video" autoplay muted playsinline></video>
<script src="/static/live.js"></script>`;

export function servePage(base: () => string): { readonly host: string } & AsyncDisposable {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/live") return new Response(PAGE, { headers: { "Content-Type": "text/html" } });
    if (pathname === "/static/live.js") {
      return new Response(SCRIPT, { headers: { "Content-Type": "text/javascript" } });
    }
    if (pathname === "/favicon.ico") return new Response(null, { status: 204 });
    const { method, headers, body } = request;
    return await fetch(base() + pathname + search, { method, headers, body, redirect: "manual" });
  });
  return {
    host: `127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
