/**
 * The stages of a message: header, fixed part (pictures and sounds), body; or header and what is skipped. Each check
 * stands as early as its bytes are there: magic and version after 8 bytes, sizes before memory is asked for.
 */
#include "parser.h"

#include <stdlib.h>
#include <string.h>

void lipcam_parser_init(struct lipcam_parser *parser)
{
	memset(parser, 0, sizeof(*parser));
	parser->stage = LIPCAM_IN_HEADER;
	parser->stage_bytes = LIPCAM_HEADER_BYTES;
}

void lipcam_parser_reset(struct lipcam_parser *parser)
{
	free(parser->buffer);
	lipcam_parser_init(parser);
}

static void enter(struct lipcam_parser *parser, enum lipcam_parser_stage stage, uint32_t bytes)
{
	parser->stage = stage;
	parser->stage_bytes = bytes;
	parser->taken_bytes = 0;
}

uint8_t *lipcam_parser_space(struct lipcam_parser *parser, size_t *wanted_bytes)
{
	const size_t left = parser->stage_bytes - parser->taken_bytes;
	*wanted_bytes = left;
	switch (parser->stage) {
	case LIPCAM_IN_HEADER:
		return parser->head + parser->taken_bytes;
	case LIPCAM_IN_FIXED:
		return parser->fixed + parser->taken_bytes;
	case LIPCAM_IN_BODY:
		return parser->buffer + parser->taken_bytes;
	case LIPCAM_IN_SKIPPED:
		break;
	}
	if (left > sizeof(parser->scrap))
		*wanted_bytes = sizeof(parser->scrap);
	return parser->scrap;
}

static enum lipcam_parser_state fail(struct lipcam_parser *parser, enum lipcam_fault fault)
{
	parser->fault = fault;
	return LIPCAM_FAULT;
}

/** Makes room for the body; contents of before do not matter, so this is no realloc. */
static bool reserve(struct lipcam_parser *parser, uint32_t bytes)
{
	if (bytes <= parser->buffer_bytes)
		return true;
	free(parser->buffer);
	parser->buffer = malloc(bytes); /* not bmalloc, which ends OBS where memory ends */
	parser->buffer_bytes = parser->buffer ? bytes : 0;
	return parser->buffer != NULL;
}

static enum lipcam_parser_state message_ready(struct lipcam_parser *parser, uint32_t body_bytes)
{
	parser->message.body = parser->buffer;
	parser->message.body_bytes = body_bytes;
	enter(parser, LIPCAM_IN_HEADER, LIPCAM_HEADER_BYTES);
	return LIPCAM_MESSAGE;
}

static enum lipcam_parser_state enter_body(struct lipcam_parser *parser, uint32_t bytes)
{
	if (!reserve(parser, bytes == 0 ? 1 : bytes)) /* a body is never NULL, even an empty one */
		return fail(parser, LIPCAM_FAULT_MEMORY);
	if (bytes == 0)
		return message_ready(parser, 0);
	enter(parser, LIPCAM_IN_BODY, bytes);
	return LIPCAM_MORE;
}

static enum lipcam_parser_state header_done(struct lipcam_parser *parser)
{
	struct lipcam_header *header = &parser->message.header;
	lipcam_header_read(header, parser->head);
	const enum lipcam_fault fault = lipcam_check_size(header);
	if (fault != LIPCAM_FAULT_NONE)
		return fail(parser, fault);
	if (!parser->has_hello && header->type != LIPCAM_HELLO)
		return fail(parser, LIPCAM_FAULT_NO_HELLO);
	parser->has_hello = true;
	switch (header->type) {
	case LIPCAM_VIDEO:
	case LIPCAM_AUDIO:
		enter(parser, LIPCAM_IN_FIXED, LIPCAM_FIXED_BYTES);
		return LIPCAM_MORE;
	case LIPCAM_HELLO:
	case LIPCAM_BYE:
		return enter_body(parser, header->payload_bytes);
	default:
		parser->skipped_count++;
		if (header->payload_bytes == 0)
			enter(parser, LIPCAM_IN_HEADER, LIPCAM_HEADER_BYTES);
		else
			enter(parser, LIPCAM_IN_SKIPPED, header->payload_bytes);
		return LIPCAM_MORE;
	}
}

static enum lipcam_parser_state fixed_done(struct lipcam_parser *parser)
{
	struct lipcam_message *message = &parser->message;
	const uint32_t payload_bytes = message->header.payload_bytes;
	uint32_t rest_bytes = 0;
	const enum lipcam_fault fault =
		message->header.type == LIPCAM_VIDEO
			? lipcam_video_read(&message->video, parser->fixed, payload_bytes, &rest_bytes)
			: lipcam_audio_read(&message->audio, parser->fixed, payload_bytes, &rest_bytes);
	return fault == LIPCAM_FAULT_NONE ? enter_body(parser, rest_bytes) : fail(parser, fault);
}

enum lipcam_parser_state lipcam_parser_take(struct lipcam_parser *parser, size_t count)
{
	const uint32_t before = parser->taken_bytes;
	parser->taken_bytes += (uint32_t)count;
	if (parser->stage == LIPCAM_IN_HEADER && before < LIPCAM_VERSION_BYTES &&
	    parser->taken_bytes >= LIPCAM_VERSION_BYTES) {
		/* not after 32: the header of a later version may be shorter */
		const enum lipcam_fault fault = lipcam_check_version(parser->head);
		parser->other_version = lipcam_get_u16(parser->head + 4);
		if (fault != LIPCAM_FAULT_NONE)
			return fail(parser, fault);
	}
	if (parser->taken_bytes < parser->stage_bytes)
		return LIPCAM_MORE;
	switch (parser->stage) {
	case LIPCAM_IN_HEADER:
		return header_done(parser);
	case LIPCAM_IN_FIXED:
		return fixed_done(parser);
	case LIPCAM_IN_BODY:
		return message_ready(parser, parser->stage_bytes);
	case LIPCAM_IN_SKIPPED:
		enter(parser, LIPCAM_IN_HEADER, LIPCAM_HEADER_BYTES);
		return LIPCAM_MORE;
	}
	return LIPCAM_MORE;
}
