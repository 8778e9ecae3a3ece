#!/usr/bin/python3
"""A client as those of LiveTalking are: aiortc, an offer by JSON, speech by session, and one line of JSON with what came of it.

usage: livetalking_client.py OPTIONS-AS-JSON with base, sound (a WAV file), film (where the recording is put), avatar?, custom_config?
The session is kept as an int, as pages of theirs do by parseInt.
"""
import asyncio
import json
import sys
import threading
import time
import urllib.error
import urllib.request

from aiortc import RTCPeerConnection, RTCSessionDescription

OPTIONS = json.loads(sys.argv[1])
BASE = OPTIONS["base"]
LONG = "This is a long text that nobody will hear to its end, because another one is about to cut it off, one two three."


def ask(method, path, data=None, content_type="application/json"):
    headers = {} if data is None else {"Content-Type": content_type}
    request = urllib.request.Request(BASE + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=20) as response:
        return response.read()


def post(path, body):
    return json.loads(ask("POST", path, json.dumps(body).encode()))


def upload(path, fields, name, content):
    mark = "a-boundary-of-theirs"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n'
    data = b"".join(parts) + head.encode() + content + f"\r\n--{mark}--\r\n".encode()
    return json.loads(ask("POST", path, data, "multipart/form-data; boundary=" + mark))


def listen(session, events):
    try:
        with urllib.request.urlopen(f"{BASE}/sse?sessionid={session}", timeout=60) as response:
            for line in response:
                if line.startswith(b"data: "):
                    events.append(json.loads(line[6:]))
    except OSError:
        pass  # the programme has ended


def wait_for(session, is_speaking, seconds=15):
    """Polls as a page does; whether it came to that."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if post("/is_speaking", {"sessionid": session})["data"] is is_speaking:
            return True
        time.sleep(0.05)
    return False


def talk(session, events):
    """The whole of a talk; what was answered, by its step."""
    human = {"sessionid": session, "type": "echo", "interrupt": True}
    steps = {}
    steps["quiet"] = wait_for(session, False)
    steps["record"] = post("/record", {"sessionid": session, "type": "start_record"})
    steps["long"] = post("/human", {**human, "text": LONG, "card": 1})
    steps["speaks"] = wait_for(session, True)
    time.sleep(0.5)  # what is cut off before it was heard has no start
    steps["cut"] = post("/human", {**human, "text": "And this is what is said instead.", "card": 2, "tts": {"voice": "zh-CN-YunxiaNeural"}})
    time.sleep(0.5)
    steps["speaksAgain"] = wait_for(session, True)
    steps["ends"] = wait_for(session, False)
    with open(OPTIONS["sound"], "rb") as file:
        steps["audio"] = upload("/humanaudio", {"sessionid": session}, "file", file.read())
    steps["speaksFile"] = wait_for(session, True)
    time.sleep(0.5)
    steps["interrupt"] = post("/interrupt_talk", {"sessionid": session})
    steps["interrupted"] = wait_for(session, False, 1)
    steps["action"] = post("/set_audiotype", {"sessionid": session, "audiotype": 2})
    steps["chat"] = post("/human", {**human, "text": "Who are you?", "type": "chat"})
    steps["recorded"] = post("/record", {"sessionid": session, "type": "end_record"})
    with open(OPTIONS["film"], "wb") as film:
        film.write(ask("GET", f"/record/{session}"))
    steps["events"] = list(events)
    return steps


async def main():
    loop = asyncio.get_running_loop()
    connection = RTCPeerConnection()
    connection.addTransceiver("video", direction="recvonly")
    connection.addTransceiver("audio", direction="recvonly")
    seen = {"frames": 0, "loudest": 0, "size": []}

    async def read(track):
        try:
            while True:
                frame = await track.recv()
                if track.kind == "video":
                    seen["frames"] += 1
                    seen["size"] = [frame.width, frame.height]
                else:
                    seen["loudest"] = max(seen["loudest"], int(abs(frame.to_ndarray()).max()))
        except Exception:
            pass  # the track has ended

    connection.on("track", lambda track: asyncio.ensure_future(read(track)))
    await connection.setLocalDescription(await connection.createOffer())
    offer = {"sdp": connection.localDescription.sdp, "type": connection.localDescription.type}
    for name in ("avatar", "custom_config"):
        if OPTIONS.get(name):
            offer[name] = OPTIONS[name]
    answer = await loop.run_in_executor(None, post, "/offer", offer)
    if "code" in answer:
        print(json.dumps({"refusal": answer}))
        return
    session = int(answer["sessionid"])
    await connection.setRemoteDescription(RTCSessionDescription(sdp=answer["sdp"], type=answer["type"]))
    events = []
    threading.Thread(target=listen, args=(session, events), daemon=True).start()
    try:
        steps = await loop.run_in_executor(None, talk, session, events)
    except urllib.error.HTTPError as error:
        steps = {"error": error.code, "text": error.read().decode(errors="replace")}
    print(json.dumps({"sessionid": answer["sessionid"], **seen, **steps}), flush=True)
    await connection.close()


asyncio.run(main())
