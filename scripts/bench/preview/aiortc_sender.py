#!/usr/bin/python3
"""The same pictures from aiortc, as LiveTalking sends them: a page at /, POST /offer. Prints {"anchorMs"} once, then one line a second
with the encoder's milliseconds. usage: aiortc_sender.py PORT SCRIPT"""
import asyncio
import json
import sys
import time

import numpy
from aiohttp import web
from aiortc import RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.mediastreams import AudioStreamTrack
from av import VideoFrame

WIDTH, HEIGHT, BLOCK = 1280, 720, 32
anchor = time.time() + 0.1


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
    await connection.setRemoteDescription(RTCSessionDescription(body["sdp"], body["type"]))
    await connection.setLocalDescription(await connection.createAnswer())
    return web.json_response({"sdp": connection.localDescription.sdp, "type": "answer"})


async def closed(_request):
    for connection in list(connections):
        connections.discard(connection)
        await connection.close()
    return web.Response()


async def page(_request):
    return web.Response(text="<!doctype html><script src=/receive.js></script>", content_type="text/html")


async def script(_request):
    return web.Response(text=open(sys.argv[2]).read(), content_type="text/javascript")


app = web.Application()
app.add_routes([web.get("/", page), web.get("/receive.js", script), web.post("/offer", offer), web.post("/closed", closed)])
print(json.dumps({"anchorMs": anchor * 1000}), flush=True)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
