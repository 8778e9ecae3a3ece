/**
 * Fuzzes the protocol: the first byte seeds the sizes of the pieces, the rest is the stream. Every input is read twice,
 * in pieces and as whole as it can be, and both readings must be the same; what the plugin does with text and samples is
 * done here too. Memory is bounded by the parser's own promise, which is checked.
 */
#include "parser.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

#define BODY_BYTES_MAX (4096u * 4096u * 5u / 2u)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool is_true)
{
	if (!is_true)
		abort();
}

static uint64_t digest(uint64_t hash, const void *bytes, size_t count)
{
	const uint8_t *at = bytes;
	for (size_t index = 0; index < count; index++)
		hash = (hash ^ at[index]) * UINT64_C(0x100000001b3);
	return hash;
}

static uint64_t use(const struct lipcam_message *message, uint64_t hash)
{
	char line[257];
	must(message->body != NULL && message->body_bytes <= BODY_BYTES_MAX);
	hash = digest(hash, &message->header.type, sizeof(message->header.type));
	hash = digest(hash, message->body, message->body_bytes);
	switch (message->header.type) {
	case LIPCAM_HELLO:
		lipcam_text_is_object(message->body, message->body_bytes);
		break;
	case LIPCAM_VIDEO:
		must(message->body_bytes >= message->video.width * message->video.height * 3 / 2);
		break;
	case LIPCAM_AUDIO:
		must(message->body_bytes == message->audio.frames * sizeof(float));
		lipcam_samples_clean((float *)(void *)message->body, message->audio.frames);
		break;
	case LIPCAM_BYE:
		lipcam_text_for_log(line, sizeof(line), message->body, message->body_bytes);
		must(lipcam_text_is_utf8((const uint8_t *)line, strlen(line)));
		break;
	default:
		abort(); /* others are skipped */
	}
	return hash;
}

static uint64_t read_stream(const uint8_t *data, size_t size, uint32_t seed, bool is_in_pieces)
{
	static struct lipcam_parser parser;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	lipcam_parser_init(&parser);
	while (size > 0) {
		size_t wanted = 0;
		uint8_t *into = lipcam_parser_space(&parser, &wanted);
		must(wanted > 0);
		seed = seed * UINT32_C(1664525) + UINT32_C(1013904223);
		size_t count = wanted;
		if (is_in_pieces && count > 1 + (seed >> 16) % 97)
			count = 1 + (seed >> 16) % 97;
		if (count > size)
			count = size;
		memcpy(into, data, count);
		data += count;
		size -= count;
		const enum lipcam_parser_state state = lipcam_parser_take(&parser, count);
		must(parser.buffer_bytes <= BODY_BYTES_MAX);
		if (state == LIPCAM_FAULT)
			break;
		if (state == LIPCAM_MESSAGE)
			hash = use(&parser.message, hash);
	}
	hash = digest(hash, &parser.fault, sizeof(parser.fault));
	lipcam_parser_reset(&parser);
	return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	must(read_stream(data + 1, size - 1, data[0], true) == read_stream(data + 1, size - 1, 0, false));
	return 0;
}
