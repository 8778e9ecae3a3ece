#!/usr/bin/python3
"""The same pictures from aiortc, as LiveTalking sends them: a page at /, POST /offer, GET /encode (milliseconds of each picture's
encoding so far). Prints {"anchorMs"} once. usage: aiortc_sender.py PORT SCRIPT CODEC, where CODEC is H264 or VP8"""
import asyncio
import json
import sys
import time

import numpy
from aiohttp import web
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription, VideoStreamTrack
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.mediastreams import AudioStreamTrack
from av import VideoFrame

WIDTH, HEIGHT, BLOCK = 1280, 720, 32
anchor = time.time() + 0.1
encode_ms = []


def measured(encode):
    def timed(*given, **named):
        begin = time.perf_counter()
        coded = encode(*given, **named)
        encode_ms.append(round((time.perf_counter() - begin) * 1000, 3))
        return coded
    return timed


H264Encoder.encode = measured(H264Encoder.encode)
Vp8Encoder.encode = measured(Vp8Encoder.encode)


class Coded(VideoStreamTrack):
    number = 0

    async def recv(self):
        now = time.time()
        self.number = max(self.number + 1, int((now - anchor) / 0.04) + 1)
        due = anchor + self.number * 0.04
        await asyncio.sleep(max(0, due - time.time()))
        luma = numpy.full((HEIGHT * 3 // 2, WIDTH), 128, numpy.uint8)
        rows = numpy.arange(BLOCK, HEIGHT)[:, None] * 3
        columns = (numpy.arange(WIDTH) // 160 * 160)[None, :]
        luma[BLOCK:HEIGHT] = 230 if self.number % 25 < 2 else 60 + ((rows + columns + self.number * 5) & 127)
        for block in range(16):
            luma[:BLOCK, block * BLOCK:(block + 1) * BLOCK] = 220 if (self.number >> block) & 1 else 30
        frame = VideoFrame.from_ndarray(luma, format="yuv420p")
        frame.pts, frame.time_base = self.number * 3600, __import__("fractions").Fraction(1, 90000)
        return frame


connections = set()


async def offer(request):
    body = await request.json()
    connection = RTCPeerConnection()
    connections.add(connection)
    connection.addTrack(Coded())
    connection.addTrack(AudioStreamTrack())
    wanted = [one for one in RTCRtpSender.getCapabilities("video").codecs if one.mimeType in ("video/" + sys.argv[3], "video/rtx")]
    for transceiver in connection.getTransceivers():
        if transceiver.kind == "video":
            transceiver.setCodecPreferences(wanted)
    await connection.setRemoteDescription(RTCSessionDescription(body["sdp"], body["type"]))
    await connection.setLocalDescription(await connection.createAnswer())
    return web.json_response({"sdp": connection.localDescription.sdp, "type": "answer"})


async def closed(_request):
    for connection in list(connections):
        connections.discard(connection)
        await connection.close()
    return web.Response()


async def encode(_request):
    return web.json_response(encode_ms)


async def page(_request):
    return web.Response(text="<!doctype html><script src=/receive.js></script>", content_type="text/html")


async def script(_request):
    return web.Response(text=open(sys.argv[2]).read(), content_type="text/javascript")


app = web.Application()
app.add_routes([web.get("/", page), web.get("/receive.js", script), web.post("/offer", offer), web.post("/closed", closed), web.get("/encode", encode)])
print(json.dumps({"anchorMs": anchor * 1000}), flush=True)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
