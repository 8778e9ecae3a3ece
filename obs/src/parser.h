/**
 * Takes a stream apart into messages, whatever pieces it arrives in.
 *
 *   size_t wanted; uint8_t *into = lipcam_parser_space(parser, &wanted);     // read 1..wanted bytes there
 *   switch (lipcam_parser_take(parser, count)) { MESSAGE: use parser->message; FAULT: give the connection up; }
 *
 * The caller reads straight into the payload's place, so nothing is copied. Memory: one buffer of the largest payload so
 * far (at most 42 MB: a picture of 4096x4096 with alpha), allocated only after every size was checked. No libobs, no
 * system call. One thread at a time.
 */
#pragma once

#include "protocol.h"

enum lipcam_parser_state { LIPCAM_MORE, LIPCAM_MESSAGE, LIPCAM_FAULT };

/** A whole message; valid until the next lipcam_parser_space. */
struct lipcam_message {
	struct lipcam_header header;
	struct lipcam_video_shape video; /* of LIPCAM_VIDEO */
	struct lipcam_audio_shape audio; /* of LIPCAM_AUDIO */
	/** Planes, samples or text; aligned for float. */
	uint8_t *body;
	uint32_t body_bytes;
};

enum lipcam_parser_stage { LIPCAM_IN_HEADER, LIPCAM_IN_FIXED, LIPCAM_IN_BODY, LIPCAM_IN_SKIPPED };

struct lipcam_parser {
	struct lipcam_message message;
	enum lipcam_fault fault;
	/** What the other side gave where fault is LIPCAM_FAULT_VERSION. */
	uint16_t other_version;
	/** Messages of types this version does not know. */
	uint64_t skipped_count;

	enum lipcam_parser_stage stage;
	uint32_t stage_bytes; /* of the stage, in all */
	uint32_t taken_bytes; /* of the stage, so far */
	bool has_hello;
	uint8_t *buffer;
	size_t buffer_bytes;
	uint8_t head[LIPCAM_HEADER_BYTES];
	uint8_t fixed[LIPCAM_FIXED_BYTES];
	uint8_t scrap[4096];
};

/** A parser at the begin of a stream. */
void lipcam_parser_init(struct lipcam_parser *parser);
/** Back to the begin of a stream; the buffer goes, because nothing says that the next stream needs it. */
void lipcam_parser_reset(struct lipcam_parser *parser);
/** Where the next bytes belong and how many may come at once (at least 1). Not after a fault. */
uint8_t *lipcam_parser_space(struct lipcam_parser *parser, size_t *wanted_bytes);
/** `count` bytes were put there, 1..wanted. After LIPCAM_FAULT only lipcam_parser_reset is allowed. */
enum lipcam_parser_state lipcam_parser_take(struct lipcam_parser *parser, size_t count);
