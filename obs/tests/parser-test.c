/** Streams in pieces of every size, and each fault where it belongs. */
#include "check.h"

#include "parser.h"

#include <stdlib.h>
#include <string.h>

#define STREAM_BYTES_MAX 65536

struct stream {
	uint8_t bytes[STREAM_BYTES_MAX];
	size_t count;
	uint32_t sequence;
};

static uint8_t *add(struct stream *stream, uint16_t type, uint32_t payload_bytes)
{
	lipcam_header_write(stream->bytes + stream->count, type, payload_bytes, stream->sequence++, 77);
	uint8_t *payload = stream->bytes + stream->count + LIPCAM_HEADER_BYTES;
	memset(payload, (int)stream->sequence, payload_bytes);
	stream->count += LIPCAM_HEADER_BYTES + payload_bytes;
	return payload;
}

static void add_hello(struct stream *stream)
{
	memcpy(add(stream, LIPCAM_HELLO, 2), "{}", 2);
}

static void add_video(struct stream *stream)
{
	uint8_t *payload = add(stream, LIPCAM_VIDEO, 16 + 6144);
	lipcam_put_u32(payload, 64);
	lipcam_put_u32(payload + 4, 64);
	lipcam_put_u32(payload + 8, LIPCAM_I420);
	lipcam_put_u32(payload + 12, LIPCAM_BT709);
}

static void add_audio(struct stream *stream)
{
	uint8_t *payload = add(stream, LIPCAM_AUDIO, 16 + 8);
	lipcam_put_u32(payload, 48000);
	lipcam_put_u32(payload + 4, 1);
	lipcam_put_u32(payload + 8, 2);
}

/** Feeds everything in pieces of at most `piece` bytes (0: random); answers how many messages came. */
static unsigned feed(struct lipcam_parser *parser, const struct stream *stream, size_t piece, uint32_t *types)
{
	uint32_t random = 1;
	unsigned messages = 0;
	size_t at = 0;
	while (at < stream->count) {
		size_t wanted;
		uint8_t *into = lipcam_parser_space(parser, &wanted);
		size_t count = piece == 0 ? 1 + check_random(&random) % 700 : piece;
		if (count > wanted)
			count = wanted;
		if (count > stream->count - at)
			count = stream->count - at;
		memcpy(into, stream->bytes + at, count);
		at += count;
		const enum lipcam_parser_state state = lipcam_parser_take(parser, count);
		if (state == LIPCAM_FAULT)
			break;
		if (state == LIPCAM_MESSAGE)
			types[messages++] = parser->message.header.type;
	}
	return messages;
}

static void test_pieces(void)
{
	static struct stream stream;
	memset(&stream, 0, sizeof(stream));
	add_hello(&stream);
	add_audio(&stream);
	add(&stream, 999, 10000); /* unknown: skipped */
	add_video(&stream);
	add(&stream, LIPCAM_PLUGIN_HOTKEY, 0); /* ours, not theirs: skipped as well */
	add(&stream, LIPCAM_BYE, 3);
	const size_t pieces[] = {1, 2, 3, 7, 8, 31, 32, 33, 4096, 65536, 0};
	for (size_t index = 0; index < sizeof(pieces) / sizeof(pieces[0]); index++) {
		struct lipcam_parser parser;
		uint32_t types[8] = {0};
		lipcam_parser_init(&parser);
		CHECK(feed(&parser, &stream, pieces[index], types) == 4);
		CHECK(types[0] == LIPCAM_HELLO && types[1] == LIPCAM_AUDIO);
		CHECK(types[2] == LIPCAM_VIDEO && types[3] == LIPCAM_BYE);
		CHECK(parser.skipped_count == 2 && parser.fault == LIPCAM_FAULT_NONE);
		CHECK(parser.message.body_bytes == 3 && parser.message.body[2] == 6);
		CHECK(parser.message.header.sequence == 5 && parser.message.header.timestamp_ns == 77);
		CHECK(parser.buffer_bytes == 6144); /* the largest body, no header, nothing skipped */
		lipcam_parser_reset(&parser);
		CHECK(parser.buffer == NULL);
	}
}

static void test_body(void)
{
	static struct stream stream;
	memset(&stream, 0, sizeof(stream));
	struct lipcam_parser parser;
	uint32_t types[4];
	add_hello(&stream);
	add_video(&stream);
	lipcam_parser_init(&parser);
	CHECK(feed(&parser, &stream, 0, types) == 2);
	CHECK(parser.message.video.width == 64 && parser.message.video.height == 64);
	CHECK(parser.message.video.format == LIPCAM_I420 && parser.message.video.colour == LIPCAM_BT709);
	CHECK(parser.message.body_bytes == 6144);
	CHECK(parser.message.body[0] == 2 && parser.message.body[6143] == 2);
	CHECK((uintptr_t)parser.message.body % sizeof(float) == 0);
	lipcam_parser_reset(&parser);
}

static void check_fault(const struct stream *stream, size_t count, enum lipcam_fault fault)
{
	static struct stream cut;
	struct lipcam_parser parser;
	uint32_t types[8];
	cut = *stream;
	cut.count = count;
	lipcam_parser_init(&parser);
	feed(&parser, &cut, 1, types);
	CHECK(parser.fault == fault);
	CHECK(parser.buffer_bytes <= 2); /* nothing but the hello's room was ever asked for */
	lipcam_parser_reset(&parser);
}

static void test_faults(void)
{
	static struct stream stream;
	memset(&stream, 0, sizeof(stream));
	add_audio(&stream);
	check_fault(&stream, 32, LIPCAM_FAULT_NO_HELLO);

	memset(&stream, 0, sizeof(stream));
	add_hello(&stream);
	stream.bytes[4] = 2;
	check_fault(&stream, 7, LIPCAM_FAULT_NONE);
	check_fault(&stream, 8, LIPCAM_FAULT_VERSION); /* eight bytes are enough to see it */
	stream.bytes[0] = 0;
	check_fault(&stream, 8, LIPCAM_FAULT_MAGIC);

	memset(&stream, 0, sizeof(stream));
	add_hello(&stream);
	const size_t second = stream.count;
	add_video(&stream);
	lipcam_put_u32(stream.bytes + second + 8, (64u << 20) + 1);
	check_fault(&stream, stream.count, LIPCAM_FAULT_TOO_LARGE);
	lipcam_put_u32(stream.bytes + second + 8, 16 + 6146);
	check_fault(&stream, second + 48, LIPCAM_FAULT_VIDEO_SIZE); /* seen before the planes */

	stream.count = second;
	add(&stream, LIPCAM_BYE, 300);
	check_fault(&stream, stream.count, LIPCAM_FAULT_BYE_SIZE);
	stream.count = second;
	add(&stream, LIPCAM_AUDIO, 20);
	check_fault(&stream, stream.count, LIPCAM_FAULT_AUDIO_SHAPE);
}

static void test_empty_bye(void)
{
	static struct stream stream;
	memset(&stream, 0, sizeof(stream));
	struct lipcam_parser parser;
	uint32_t types[4];
	add_hello(&stream);
	add(&stream, LIPCAM_BYE, 0);
	lipcam_parser_init(&parser);
	CHECK(feed(&parser, &stream, 5, types) == 2);
	CHECK(parser.message.body != NULL && parser.message.body_bytes == 0);
	lipcam_parser_reset(&parser);
}

void test_parser(void)
{
	test_pieces();
	test_body();
	test_faults();
	test_empty_bye();
}
