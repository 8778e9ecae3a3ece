/**
 * Runs in Chromium: connects to POST /offer, `connections` times for the time to the first frame, then watches `seconds` and
 * reads each frame's number from its pixels. Times are of the wall clock; `anchorMs` is when frame 0 was composed.
 */
globalThis.receive = async ({ connections, seconds, anchorMs }) => {
  const video = Object.assign(document.createElement("video"), { muted: true, autoplay: true });
  document.body.append(video);
  const connect = async () => {
    const connection = new RTCPeerConnection();
    const stream = new MediaStream();
    for (const kind of ["video", "audio"]) connection.addTransceiver(kind, { direction: "recvonly" });
    connection.ontrack = ({ track, receiver }) => {
      receiver.jitterBufferTarget = 0;
      stream.addTrack(track);
    };
    video.srcObject = stream;
    const first = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    await connection.setLocalDescription(await connection.createOffer());
    const startedMs = performance.now();
    const body = JSON.stringify({ sdp: connection.localDescription.sdp, type: "offer" });
    const answer = await (await fetch("/offer", { method: "POST", body })).json();
    await connection.setRemoteDescription(answer);
    await first;
    return { connection, ms: performance.now() - startedMs };
  };
  const firstFrameMs = [];
  for (let attempt = 0; attempt < connections; attempt++) {
    const { connection, ms } = await connect();
    firstFrameMs.push(ms);
    connection.close();
    await fetch("/closed", { method: "POST" });
  }
  const { connection } = await connect();
  const canvas = new OffscreenCanvas(512, 32);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const glassMs = [];
  const endMs = performance.now() + seconds * 1000;
  const warmMs = performance.now() + 2500;
  await new Promise((done) => {
    const look = () => {
      context.drawImage(video, 0, 0);
      const pixels = context.getImageData(0, 0, 512, 32).data;
      let number = 0;
      for (let block = 0; block < 16; block++) {
        if (pixels[(16 * 512 + block * 32 + 16) * 4] > 128) number |= 1 << block;
      }
      const nowMs = performance.timeOrigin + performance.now();
      if (performance.now() > warmMs && video.videoWidth === 1280) {
        glassMs.push(nowMs - (anchorMs + number * 40));
      }
      if (performance.now() < endMs) video.requestVideoFrameCallback(look);
      else done();
    };
    video.requestVideoFrameCallback(look);
  });
  connection.close();
  return { firstFrameMs, glassMs };
};
