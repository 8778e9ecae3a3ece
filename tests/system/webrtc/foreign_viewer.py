#!/usr/bin/python3
"""A viewer that is not ours: aiortc (Debian's python3-aiortc) watches a programme and prints what it got, as one line of JSON.

usage: foreign_viewer.py OPTIONS-AS-JSON with
  base, path ("/whep" or "/offer"), token?, avatar?, seconds, codec? ("H264" or "VP8"), requests? [[atSeconds, method, path, body?]],
  isSilentEnd? (stops without saying goodbye)
"""
import asyncio
import json
import os
import sys
import time
import urllib.error
import urllib.request

from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription

OPTIONS = json.loads(sys.argv[1])
started = time.monotonic()


def ask(method, path, body=None, content_type="application/json"):
    headers = {"Content-Type": content_type}
    if OPTIONS.get("token"):
        headers["Authorization"] = "Bearer " + OPTIONS["token"]
    data = None
    if body is not None:
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    request = urllib.request.Request(OPTIONS["base"] + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.read().decode(errors="replace"), dict(response.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace"), dict(error.headers)


async def main():
    loop = asyncio.get_running_loop()
    result = {"frames": 0, "frameTimes": [], "sizes": [], "soundBlocks": 0, "loudest": 0, "notes": [], "answers": [], "means": []}
    connection = RTCPeerConnection()
    video = connection.addTransceiver("video", direction="recvonly")
    connection.addTransceiver("audio", direction="recvonly")
    if OPTIONS.get("codec"):
        codecs = RTCRtpReceiver.getCapabilities("video").codecs
        video.setCodecPreferences([one for one in codecs if one.mimeType == "video/" + OPTIONS["codec"]])
    channel = connection.createDataChannel("sync")
    channel.on("message", lambda text: result["notes"].append(json.loads(text)))

    async def read(track):
        try:
            while True:
                frame = await track.recv()
                if track.kind == "video":
                    result["frames"] += 1
                    result["frameTimes"].append(round(time.monotonic() - offered, 4))
                    result["sizes"] = [frame.width, frame.height]
                    if result["frames"] % 5 == 0:
                        mouth = frame.to_ndarray(format="gray")
                        height, width = mouth.shape
                        part = mouth[height * 35 // 100:height * 45 // 100, width * 44 // 100:width * 56 // 100]
                        result["means"].append(round(float(part.mean()), 2))
                else:
                    result["soundBlocks"] += 1
                    result["loudest"] = max(result["loudest"], int(abs(frame.to_ndarray()).max()))
        except Exception:
            pass  # the track has ended

    connection.on("track", lambda track: asyncio.ensure_future(read(track)))
    await connection.setLocalDescription(await connection.createOffer())
    offered = time.monotonic()
    sdp = connection.localDescription.sdp
    if OPTIONS["path"] == "/whep":
        status, answer, headers = await loop.run_in_executor(None, ask, "POST", "/whep", sdp, "application/sdp")
        result["session"] = headers.get("location", headers.get("Location", "")).split("/")[-1]
    else:
        body = {"sdp": sdp, "type": "offer"}
        if OPTIONS.get("avatar"):
            body["avatar"] = OPTIONS["avatar"]
        status, text, headers = await loop.run_in_executor(None, ask, "POST", OPTIONS["path"], body)
        parsed = json.loads(text)
        answer = parsed.get("sdp")
        result["session"] = parsed.get("sessionid")
    result["status"] = status
    if status not in (200, 201):
        result["refusal"] = answer if OPTIONS["path"] == "/whep" else text
        print(json.dumps(result))
        return
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    begin = time.monotonic()
    for at, method, path, *body in OPTIONS.get("requests", []):
        await asyncio.sleep(max(0, at - (time.monotonic() - begin)))
        path = path.replace("SESSION", result["session"])
        given = json.loads(json.dumps(body[0]).replace("SESSION", result["session"])) if body else None
        code, text, _ = await loop.run_in_executor(None, ask, method, path, given)
        result["answers"].append([code, text[:2000]])
    await asyncio.sleep(max(0, OPTIONS["seconds"] - (time.monotonic() - begin)))
    result["codec"] = "H264" if "H264" in answer else "VP8"
    print(json.dumps(result), flush=True)
    if OPTIONS.get("isSilentEnd"):
        os._exit(0)
    await connection.close()


asyncio.run(main())
