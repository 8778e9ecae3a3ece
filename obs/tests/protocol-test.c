/** Headers, sizes, shapes and samples. */
#include "check.h"

#include "protocol.h"

#include <math.h>
#include <string.h>

static void test_header(void)
{
	uint8_t bytes[LIPCAM_HEADER_BYTES];
	struct lipcam_header header;
	lipcam_header_write(bytes, LIPCAM_PLUGIN_HOTKEY, 4, 0xFFFFFFFF, UINT64_C(0x1122334455667788));
	CHECK(memcmp(bytes, "LIPC\x01\x00\x12\x00\x04\x00\x00\x00\xff\xff\xff\xff", 16) == 0);
	CHECK(memcmp(bytes + 16, "\x88\x77\x66\x55\x44\x33\x22\x11\0\0\0\0\0\0\0\0", 16) == 0);
	lipcam_header_read(&header, bytes);
	CHECK(header.type == LIPCAM_PLUGIN_HOTKEY && header.payload_bytes == 4 && header.sequence == 0xFFFFFFFF);
	CHECK(header.timestamp_ns == UINT64_C(0x1122334455667788));
	CHECK(lipcam_check_version(bytes) == LIPCAM_FAULT_NONE);
	bytes[4] = 2;
	CHECK(lipcam_check_version(bytes) == LIPCAM_FAULT_VERSION);
	bytes[0] = 'X';
	CHECK(lipcam_check_version(bytes) == LIPCAM_FAULT_MAGIC);
}

static enum lipcam_fault size_fault(uint16_t type, uint32_t bytes)
{
	const struct lipcam_header header = {.type = type, .payload_bytes = bytes};
	return lipcam_check_size(&header);
}

static void test_sizes(void)
{
	CHECK(size_fault(LIPCAM_HELLO, 2) == LIPCAM_FAULT_NONE);
	CHECK(size_fault(LIPCAM_HELLO, 4096) == LIPCAM_FAULT_NONE);
	CHECK(size_fault(LIPCAM_HELLO, 4097) == LIPCAM_FAULT_HELLO_SIZE);
	CHECK(size_fault(LIPCAM_HELLO, 0) == LIPCAM_FAULT_HELLO_SIZE);
	CHECK(size_fault(LIPCAM_VIDEO, 16) == LIPCAM_FAULT_VIDEO_SIZE);
	CHECK(size_fault(LIPCAM_AUDIO, 0) == LIPCAM_FAULT_AUDIO_SIZE);
	CHECK(size_fault(LIPCAM_BYE, 256) == LIPCAM_FAULT_NONE);
	CHECK(size_fault(LIPCAM_BYE, 257) == LIPCAM_FAULT_BYE_SIZE);
	CHECK(size_fault(999, 64u << 20) == LIPCAM_FAULT_NONE);
	CHECK(size_fault(999, (64u << 20) + 1) == LIPCAM_FAULT_TOO_LARGE);
	CHECK(size_fault(LIPCAM_VIDEO, 0xFFFFFFFF) == LIPCAM_FAULT_TOO_LARGE);
}

static enum lipcam_fault video_fault(uint32_t width, uint32_t height, uint32_t format, uint32_t colour, uint32_t bytes)
{
	uint8_t fixed[LIPCAM_FIXED_BYTES];
	struct lipcam_video_shape shape;
	uint32_t rest = 0;
	lipcam_put_u32(fixed, width);
	lipcam_put_u32(fixed + 4, height);
	lipcam_put_u32(fixed + 8, format);
	lipcam_put_u32(fixed + 12, colour);
	return lipcam_video_read(&shape, fixed, bytes, &rest);
}

static void test_video(void)
{
	CHECK(video_fault(64, 64, 0, 0, 16 + 6144) == LIPCAM_FAULT_NONE);
	CHECK(video_fault(64, 64, 1, 1, 16 + 10240) == LIPCAM_FAULT_NONE);
	CHECK(video_fault(64, 64, 1, 1, 16 + 6144) == LIPCAM_FAULT_VIDEO_SIZE);
	CHECK(video_fault(64, 64, 0, 0, 16 + 6145) == LIPCAM_FAULT_VIDEO_SIZE);
	CHECK(video_fault(4096, 4096, 1, 0, 16 + 41943040) == LIPCAM_FAULT_NONE);
	CHECK(video_fault(62, 64, 0, 0, 16 + 5952) == LIPCAM_FAULT_VIDEO_SHAPE);
	CHECK(video_fault(65, 64, 0, 0, 16 + 6240) == LIPCAM_FAULT_VIDEO_SHAPE);
	CHECK(video_fault(64, 4098, 0, 0, 16 + 393408) == LIPCAM_FAULT_VIDEO_SHAPE);
	CHECK(video_fault(0, 0, 0, 0, 16) == LIPCAM_FAULT_VIDEO_SHAPE);
	/* 65536 * 65538 * 3 / 2 wraps to a small number in 32 bits */
	CHECK(video_fault(65536, 65538, 0, 0, 16 + 196608) == LIPCAM_FAULT_VIDEO_SHAPE);
	CHECK(video_fault(64, 64, 2, 0, 16 + 6144) == LIPCAM_FAULT_VIDEO_FORMAT);
	CHECK(video_fault(64, 64, 0, 2, 16 + 6144) == LIPCAM_FAULT_VIDEO_FORMAT);
}

static enum lipcam_fault audio_fault(uint32_t rate, uint32_t channels, uint32_t frames, uint32_t bytes)
{
	uint8_t fixed[LIPCAM_FIXED_BYTES] = {0};
	struct lipcam_audio_shape shape;
	uint32_t rest = 0;
	lipcam_put_u32(fixed, rate);
	lipcam_put_u32(fixed + 4, channels);
	lipcam_put_u32(fixed + 8, frames);
	return lipcam_audio_read(&shape, fixed, bytes, &rest);
}

static void test_audio(void)
{
	CHECK(audio_fault(48000, 1, 1920, 16 + 7680) == LIPCAM_FAULT_NONE);
	CHECK(audio_fault(48000, 1, 48000, 16 + 192000) == LIPCAM_FAULT_NONE);
	CHECK(audio_fault(48000, 1, 48001, 16 + 192004) == LIPCAM_FAULT_AUDIO_SHAPE);
	CHECK(audio_fault(48000, 1, 0, 16) == LIPCAM_FAULT_AUDIO_SHAPE);
	CHECK(audio_fault(44100, 1, 10, 16 + 40) == LIPCAM_FAULT_AUDIO_SHAPE);
	CHECK(audio_fault(48000, 2, 10, 16 + 80) == LIPCAM_FAULT_AUDIO_SHAPE);
	CHECK(audio_fault(48000, 1, 10, 16 + 41) == LIPCAM_FAULT_AUDIO_SIZE);
	CHECK(audio_fault(48000, 1, 0x40000001, 16 + 4) == LIPCAM_FAULT_AUDIO_SHAPE);
}

static void test_samples(void)
{
	float samples[] = {0.5f, NAN, INFINITY, -INFINITY, 1e30f, -1e30f, -1.0f};
	lipcam_samples_clean(samples, 7);
	CHECK(samples[0] == 0.5f && samples[1] == 0.0f && samples[2] == 0.0f && samples[3] == 0.0f);
	CHECK(samples[4] == 4.0f && samples[5] == -4.0f && samples[6] == -1.0f);
}

void test_protocol(void)
{
	test_header();
	test_sizes();
	test_video();
	test_audio();
	test_samples();
	for (int fault = 0; fault < LIPCAM_FAULT_COUNT; fault++)
		CHECK(strcmp(lipcam_fault_text((enum lipcam_fault)fault), "unknown fault") != 0);
}
