#!/usr/bin/python3
"""A second viewer that is not ours: GStreamer's webrtcbin watches a programme by WHEP and prints what it got, as one line of JSON.

usage: gstreamer_viewer.py OPTIONS-AS-JSON with base, token, seconds, codec ("H264" or "VP8")
"""
import json
import sys
import time
import urllib.error
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstWebRTC", "1.0")
gi.require_version("GstSdp", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

OPTIONS = json.loads(sys.argv[1])
FORMATS = {
    "H264": "encoding-name=H264,payload=102,clock-rate=90000,packetization-mode=(string)1,profile-level-id=(string)42e01f",
    "VP8": "encoding-name=VP8,payload=96,clock-rate=90000",
}
BRANCHES = {
    "H264": "rtph264depay ! avdec_h264 ! videoconvert ! video/x-raw,format=GRAY8 ! fakesink name=end sync=false signal-handoffs=true",
    "VP8": "rtpvp8depay ! vp8dec ! videoconvert ! video/x-raw,format=GRAY8 ! fakesink name=end sync=false signal-handoffs=true",
    "OPUS": "rtpopusdepay ! opusdec ! audioconvert ! audio/x-raw,format=S16LE,channels=1 ! fakesink name=end sync=false signal-handoffs=true",
}
result = {"status": 0, "frames": 0, "frameTimes": [], "sizes": [], "soundBlocks": 0, "loudest": 0, "errors": []}

Gst.init(None)
loop = GLib.MainLoop()
pipeline = Gst.Pipeline.new("viewer")
peer = Gst.ElementFactory.make("webrtcbin", "peer")
peer.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
pipeline.add(peer)
offered = 0.0


def picture(_sink, buffer, pad):
    result["frames"] += 1
    result["frameTimes"].append(round(time.monotonic() - offered, 4))
    shape = pad.get_current_caps().get_structure(0)
    result["sizes"] = [shape.get_value("width"), shape.get_value("height")]


def block(_sink, buffer, _pad):
    result["soundBlocks"] += 1
    samples = memoryview(buffer.extract_dup(0, buffer.get_size())).cast("h")
    if len(samples) > 0:
        result["loudest"] = max(result["loudest"], max(samples), -min(samples))


def track(_peer, pad):
    if pad.get_direction() != Gst.PadDirection.SRC:
        return
    encoding = pad.get_current_caps().get_structure(0).get_string("encoding-name")
    if encoding not in BRANCHES:
        result["errors"].append("a stream of " + encoding)
        return
    branch = Gst.parse_bin_from_description("queue ! " + BRANCHES[encoding], True)
    pipeline.add(branch)
    branch.get_by_name("end").connect("handoff", block if encoding == "OPUS" else picture)
    branch.sync_state_with_parent()
    pad.link(branch.get_static_pad("sink"))


def gathered(_peer, _spec):
    global offered
    if peer.get_property("ice-gathering-state") != GstWebRTC.WebRTCICEGatheringState.COMPLETE or offered > 0:
        return
    offered = time.monotonic()
    GLib.idle_add(exchange)


def exchange():
    offer = peer.get_property("local-description").sdp.as_text()
    headers = {"Content-Type": "application/sdp", "Authorization": "Bearer " + OPTIONS["token"]}
    request = urllib.request.Request(OPTIONS["base"] + "/whep", offer.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            result["status"] = response.status
            answer = response.read().decode()
    except urllib.error.HTTPError as error:
        result["status"] = error.code
        result["errors"].append(error.read().decode(errors="replace"))
        loop.quit()
        return False
    _, message = GstSdp.SDPMessage.new_from_text(answer)
    described = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
    peer.emit("set-remote-description", described, None)
    GLib.timeout_add(int(OPTIONS["seconds"] * 1000), loop.quit)
    return False


def created(promise, _peer):
    reply = promise.get_reply()  # the offer is a part of it, and goes with it
    offer = reply.get_value("offer")
    peer.emit("set-local-description", offer, None)


def complaint(_bus, message):
    result["errors"].append(message.parse_error()[0].message)
    loop.quit()


def begin():
    # The element closes its own thread of work while it is stopped, so transceivers come first and the offer after "playing".
    peer.emit("create-offer", None, Gst.Promise.new_with_change_func(created, peer))
    return False


direction = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
peer.emit("add-transceiver", direction, Gst.Caps.from_string("application/x-rtp,media=video," + FORMATS[OPTIONS["codec"]]))
opus = "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,encoding-params=(string)2"
peer.emit("add-transceiver", direction, Gst.Caps.from_string(opus))
peer.connect("pad-added", track)
peer.connect("notify::ice-gathering-state", gathered)
bus = pipeline.get_bus()
bus.add_signal_watch()
bus.connect("message::error", complaint)
pipeline.set_state(Gst.State.PLAYING)
GLib.idle_add(begin)
GLib.timeout_add(int((OPTIONS["seconds"] + 25) * 1000), loop.quit)
loop.run()
result["state"] = peer.get_property("connection-state").value_nick
pipeline.set_state(Gst.State.NULL)
print(json.dumps(result), flush=True)
