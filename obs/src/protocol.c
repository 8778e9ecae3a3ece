/**
 * Reads, writes and checks headers and fixed parts of protocol version 1. Byte by byte, so that neither alignment nor
 * byte order of the machine matters here; the planes and samples themselves are little-endian as every machine OBS
 * runs on.
 */
#include "protocol.h"

#include <math.h>

#define SAMPLE_MAX 4.0f

uint16_t lipcam_get_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

uint32_t lipcam_get_u32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint64_t lipcam_get_u64(const uint8_t *at)
{
	return (uint64_t)lipcam_get_u32(at) | (uint64_t)lipcam_get_u32(at + 4) << 32;
}

void lipcam_put_u32(uint8_t *at, uint32_t value)
{
	for (int index = 0; index < 4; index++)
		at[index] = (uint8_t)(value >> (8 * index));
}

static void put_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

void lipcam_header_read(struct lipcam_header *header, const uint8_t *bytes)
{
	header->magic = lipcam_get_u32(bytes);
	header->version = lipcam_get_u16(bytes + 4);
	header->type = lipcam_get_u16(bytes + 6);
	header->payload_bytes = lipcam_get_u32(bytes + 8);
	header->sequence = lipcam_get_u32(bytes + 12);
	header->timestamp_ns = lipcam_get_u64(bytes + 16);
}

void lipcam_header_write(uint8_t *bytes, uint16_t type, uint32_t payload_bytes, uint32_t sequence,
			 uint64_t timestamp_ns)
{
	lipcam_put_u32(bytes, LIPCAM_PROTOCOL_MAGIC);
	put_u16(bytes + 4, LIPCAM_PROTOCOL_VERSION);
	put_u16(bytes + 6, type);
	lipcam_put_u32(bytes + 8, payload_bytes);
	lipcam_put_u32(bytes + 12, sequence);
	lipcam_put_u32(bytes + 16, (uint32_t)timestamp_ns);
	lipcam_put_u32(bytes + 20, (uint32_t)(timestamp_ns >> 32));
	lipcam_put_u32(bytes + 24, 0);
	lipcam_put_u32(bytes + 28, 0);
}

enum lipcam_fault lipcam_check_version(const uint8_t *bytes)
{
	if (lipcam_get_u32(bytes) != LIPCAM_PROTOCOL_MAGIC)
		return LIPCAM_FAULT_MAGIC;
	return lipcam_get_u16(bytes + 4) == LIPCAM_PROTOCOL_VERSION ? LIPCAM_FAULT_NONE : LIPCAM_FAULT_VERSION;
}

enum lipcam_fault lipcam_check_size(const struct lipcam_header *header)
{
	const uint32_t bytes = header->payload_bytes;
	if (bytes > LIPCAM_PAYLOAD_BYTES_MAX)
		return LIPCAM_FAULT_TOO_LARGE;
	switch (header->type) {
	case LIPCAM_HELLO:
		return bytes >= 2 && bytes <= LIPCAM_HELLO_BYTES_MAX ? LIPCAM_FAULT_NONE : LIPCAM_FAULT_HELLO_SIZE;
	case LIPCAM_VIDEO:
		return bytes > LIPCAM_FIXED_BYTES ? LIPCAM_FAULT_NONE : LIPCAM_FAULT_VIDEO_SIZE;
	case LIPCAM_AUDIO:
		return bytes > LIPCAM_FIXED_BYTES ? LIPCAM_FAULT_NONE : LIPCAM_FAULT_AUDIO_SIZE;
	case LIPCAM_BYE:
		return bytes <= LIPCAM_BYE_BYTES_MAX ? LIPCAM_FAULT_NONE : LIPCAM_FAULT_BYE_SIZE;
	default:
		return LIPCAM_FAULT_NONE; /* skipped without being kept */
	}
}

static bool is_side(uint32_t pixels)
{
	return pixels >= LIPCAM_SIDE_PIXELS_MIN && pixels <= LIPCAM_SIDE_PIXELS_MAX && pixels % 2 == 0;
}

enum lipcam_fault lipcam_video_read(struct lipcam_video_shape *shape, const uint8_t *bytes, uint32_t payload_bytes,
				    uint32_t *rest_bytes)
{
	shape->width = lipcam_get_u32(bytes);
	shape->height = lipcam_get_u32(bytes + 4);
	shape->format = lipcam_get_u32(bytes + 8);
	shape->colour = lipcam_get_u32(bytes + 12);
	if (!is_side(shape->width) || !is_side(shape->height))
		return LIPCAM_FAULT_VIDEO_SHAPE;
	if (shape->format > LIPCAM_I420_ALPHA || shape->colour > LIPCAM_BT709)
		return LIPCAM_FAULT_VIDEO_FORMAT;
	const uint32_t pixels = shape->width * shape->height; /* at most 2^24 */
	const uint32_t wanted = pixels + pixels / 2 + (shape->format == LIPCAM_I420_ALPHA ? pixels : 0);
	*rest_bytes = wanted;
	return payload_bytes == LIPCAM_FIXED_BYTES + wanted ? LIPCAM_FAULT_NONE : LIPCAM_FAULT_VIDEO_SIZE;
}

enum lipcam_fault lipcam_audio_read(struct lipcam_audio_shape *shape, const uint8_t *bytes, uint32_t payload_bytes,
				    uint32_t *rest_bytes)
{
	shape->sample_rate_hz = lipcam_get_u32(bytes);
	shape->channels = lipcam_get_u32(bytes + 4);
	shape->frames = lipcam_get_u32(bytes + 8);
	if (shape->sample_rate_hz != LIPCAM_SAMPLE_RATE_HZ || shape->channels != 1 || shape->frames == 0 ||
	    shape->frames > LIPCAM_AUDIO_FRAMES_MAX)
		return LIPCAM_FAULT_AUDIO_SHAPE;
	*rest_bytes = shape->frames * (uint32_t)sizeof(float);
	return payload_bytes == LIPCAM_FIXED_BYTES + *rest_bytes ? LIPCAM_FAULT_NONE : LIPCAM_FAULT_AUDIO_SIZE;
}

void lipcam_samples_clean(float *samples, size_t count)
{
	for (size_t index = 0; index < count; index++) {
		const float sample = samples[index];
		if (!isfinite(sample))
			samples[index] = 0.0f;
		else if (sample > SAMPLE_MAX)
			samples[index] = SAMPLE_MAX;
		else if (sample < -SAMPLE_MAX)
			samples[index] = -SAMPLE_MAX;
	}
}

const char *lipcam_fault_text(enum lipcam_fault fault)
{
	switch (fault) {
	case LIPCAM_FAULT_NONE:
		return "no fault";
	case LIPCAM_FAULT_MAGIC:
		return "what it sends is not Lipcam's protocol";
	case LIPCAM_FAULT_VERSION:
		return "it speaks another version of the protocol";
	case LIPCAM_FAULT_TOO_LARGE:
		return "a message is larger than 64 MiB";
	case LIPCAM_FAULT_NO_HELLO:
		return "its first message is no hello";
	case LIPCAM_FAULT_HELLO_SIZE:
		return "its hello does not have 2 to 4096 bytes";
	case LIPCAM_FAULT_HELLO_TEXT:
		return "its hello is no JSON object in UTF-8";
	case LIPCAM_FAULT_VIDEO_SIZE:
		return "a picture has another size than its width and height say";
	case LIPCAM_FAULT_VIDEO_SHAPE:
		return "a picture's width or height is not even or not in 64..4096";
	case LIPCAM_FAULT_VIDEO_FORMAT:
		return "a picture has an unknown pixel format or colour";
	case LIPCAM_FAULT_AUDIO_SIZE:
		return "a sound has another size than its length says";
	case LIPCAM_FAULT_AUDIO_SHAPE:
		return "a sound is not mono at 48000 Hz with 1 to 48000 samples";
	case LIPCAM_FAULT_BYE_SIZE:
		return "its bye has more than 256 bytes";
	case LIPCAM_FAULT_MEMORY:
		return "there is no memory for a message";
	case LIPCAM_FAULT_COUNT:
		break;
	}
	return "unknown fault";
}
