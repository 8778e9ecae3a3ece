/**
 * The wire protocol between Lipcam and this plugin, version 1, as numbers and checks (PROTOCOL.md is the text).
 *
 * In: bytes of headers and fixed parts; out: what they say, or the fault they have. No libobs, no memory, no system call:
 * tests and the fuzzer compile these files alone. Any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIPCAM_PROTOCOL_MAGIC UINT32_C(0x4350494C)
#define LIPCAM_PROTOCOL_VERSION 1

#define LIPCAM_HEADER_BYTES 32
/** Magic and version: with these a reader of any version sees that it speaks another one. */
#define LIPCAM_VERSION_BYTES 8
/** What precedes the planes of a picture and the samples of a sound. */
#define LIPCAM_FIXED_BYTES 16
#define LIPCAM_PAYLOAD_BYTES_MAX (64u << 20)
#define LIPCAM_HELLO_BYTES_MAX 4096
#define LIPCAM_BYE_BYTES_MAX 256
#define LIPCAM_SIDE_PIXELS_MIN 64
#define LIPCAM_SIDE_PIXELS_MAX 4096
#define LIPCAM_SAMPLE_RATE_HZ 48000
#define LIPCAM_AUDIO_FRAMES_MAX 48000

enum lipcam_message_type {
	LIPCAM_HELLO = 1,
	LIPCAM_VIDEO = 2,
	LIPCAM_AUDIO = 3,
	LIPCAM_BYE = 4,
	LIPCAM_PLUGIN_HELLO = 16,
	LIPCAM_PLUGIN_VISIBILITY = 17,
	LIPCAM_PLUGIN_HOTKEY = 18,
};

enum lipcam_pixel_format { LIPCAM_I420 = 0, LIPCAM_I420_ALPHA = 1 };
enum lipcam_colour { LIPCAM_BT601 = 0, LIPCAM_BT709 = 1 };
enum lipcam_hotkey { LIPCAM_HOTKEY_PANIC = 1, LIPCAM_HOTKEY_HOLD = 2, LIPCAM_HOTKEY_INTERRUPT = 3 };

/** Why a connection is given up. */
enum lipcam_fault {
	LIPCAM_FAULT_NONE = 0,
	LIPCAM_FAULT_MAGIC,
	LIPCAM_FAULT_VERSION,
	LIPCAM_FAULT_TOO_LARGE,
	LIPCAM_FAULT_NO_HELLO,
	LIPCAM_FAULT_HELLO_SIZE,
	LIPCAM_FAULT_HELLO_TEXT,
	LIPCAM_FAULT_VIDEO_SIZE,
	LIPCAM_FAULT_VIDEO_SHAPE,
	LIPCAM_FAULT_VIDEO_FORMAT,
	LIPCAM_FAULT_AUDIO_SIZE,
	LIPCAM_FAULT_AUDIO_SHAPE,
	LIPCAM_FAULT_BYE_SIZE,
	LIPCAM_FAULT_MEMORY,
	LIPCAM_FAULT_COUNT,
};

struct lipcam_header {
	uint32_t magic;
	uint16_t version;
	uint16_t type;
	uint32_t payload_bytes;
	uint32_t sequence;
	uint64_t timestamp_ns;
};

struct lipcam_video_shape {
	uint32_t width;
	uint32_t height;
	uint32_t format;
	uint32_t colour;
};

struct lipcam_audio_shape {
	uint32_t sample_rate_hz;
	uint32_t channels;
	uint32_t frames;
};

uint16_t lipcam_get_u16(const uint8_t *at);
uint32_t lipcam_get_u32(const uint8_t *at);
uint64_t lipcam_get_u64(const uint8_t *at);
void lipcam_put_u32(uint8_t *at, uint32_t value);

/** Reads LIPCAM_HEADER_BYTES bytes; checks nothing. */
void lipcam_header_read(struct lipcam_header *header, const uint8_t *bytes);
/** Writes LIPCAM_HEADER_BYTES bytes with our magic and version. */
void lipcam_header_write(uint8_t *bytes, uint16_t type, uint32_t payload_bytes, uint32_t sequence,
			 uint64_t timestamp_ns);
/** What is wrong with the first LIPCAM_VERSION_BYTES bytes of a header. */
enum lipcam_fault lipcam_check_version(const uint8_t *bytes);
/** What is wrong with the size a header gives, before anything is allocated for it. */
enum lipcam_fault lipcam_check_size(const struct lipcam_header *header);

/** Reads and checks LIPCAM_FIXED_BYTES bytes; *rest_bytes is the size of the planes behind them. */
enum lipcam_fault lipcam_video_read(struct lipcam_video_shape *shape, const uint8_t *bytes, uint32_t payload_bytes,
				    uint32_t *rest_bytes);
enum lipcam_fault lipcam_audio_read(struct lipcam_audio_shape *shape, const uint8_t *bytes, uint32_t payload_bytes,
				    uint32_t *rest_bytes);

/** Makes samples that are no numbers silent and holds the others in -4..4: one NaN would stay in OBS's filters for good. */
void lipcam_samples_clean(float *samples, size_t count);

/** The fault in plain words, for the log. */
const char *lipcam_fault_text(enum lipcam_fault fault);
