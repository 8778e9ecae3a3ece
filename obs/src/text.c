/**
 * Checks and copies text with bounds. OBS lets a source have any name, and a hostile writer sends any bytes: neither
 * reaches the log or the wire as it is.
 */
#include "text.h"

#include <string.h>

#define NAME_BYTES_MAX 2048
#define VERSION_BYTES_MAX 256

/** Bytes of the UTF-8 character at `bytes`, 0 where there is none that is well-formed. */
static size_t character_bytes(const uint8_t *bytes, size_t count)
{
	const uint8_t first = bytes[0];
	if (first < 0x80)
		return 1;
	const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
	if (first < 0xC2 || first > 0xF4 || count < length)
		return 0;
	for (size_t index = 1; index < length; index++) {
		if ((bytes[index] & 0xC0) != 0x80)
			return 0;
	}
	const uint8_t second = bytes[1];
	const bool is_overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
	const bool is_outside = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
	return is_overlong || is_outside ? 0 : length;
}

bool lipcam_text_is_utf8(const uint8_t *bytes, size_t count)
{
	size_t at = 0;
	while (at < count) {
		const size_t length = character_bytes(bytes + at, count - at);
		if (length == 0 || bytes[at] == 0)
			return false;
		at += length;
	}
	return true;
}

static bool is_space(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

bool lipcam_text_is_object(const uint8_t *bytes, size_t count)
{
	size_t begin = 0;
	size_t end = count;
	while (begin < end && is_space(bytes[begin]))
		begin++;
	while (end > begin && is_space(bytes[end - 1]))
		end--;
	return end - begin >= 2 && bytes[begin] == '{' && bytes[end - 1] == '}' && lipcam_text_is_utf8(bytes, count);
}

void lipcam_text_for_log(char *out, size_t out_bytes, const uint8_t *bytes, size_t count)
{
	size_t used = 0;
	size_t at = 0;
	while (at < count) {
		const size_t length = character_bytes(bytes + at, count - at);
		/* C1 controls (U+0080..U+009F) can steer a terminal as well as the ASCII ones */
		const bool is_c1 = length == 2 && bytes[at] == 0xC2 && bytes[at + 1] < 0xA0;
		const bool is_shown = length > 0 && bytes[at] >= 0x20 && bytes[at] != 0x7F && !is_c1;
		const size_t put = is_shown ? length : 1;
		if (used + put + 1 > out_bytes)
			break;
		if (is_shown)
			memcpy(out + used, bytes + at, length);
		else
			out[used] = '?';
		used += put;
		at += length == 0 ? 1 : length;
	}
	if (out_bytes > 0)
		out[used] = '\0';
}

size_t lipcam_text_append_json(char *out, size_t at, size_t bytes_max, const char *text)
{
	static const char DIGITS[] = "0123456789abcdef";
	const uint8_t *bytes = (const uint8_t *)text;
	const size_t count = strlen(text);
	const size_t end = at + bytes_max;
	size_t from = 0;
	while (from < count) {
		const size_t length = character_bytes(bytes + from, count - from);
		const uint8_t byte = bytes[from];
		const bool is_escaped = byte == '"' || byte == '\\' || byte < 0x20;
		const size_t put = byte < 0x20 ? 6 : is_escaped ? 2 : length == 0 ? 1 : length;
		if (at + put > end)
			break;
		if (byte < 0x20) {
			memcpy(out + at, "\\u00", 4);
			out[at + 4] = DIGITS[byte >> 4];
			out[at + 5] = DIGITS[byte & 15];
		} else if (is_escaped) {
			out[at] = '\\';
			out[at + 1] = (char)byte;
		} else if (length == 0) {
			out[at] = '?';
		} else {
			memcpy(out + at, bytes + from, length);
		}
		at += put;
		from += length == 0 ? 1 : length;
	}
	return at;
}

static size_t append(char *out, size_t at, const char *text)
{
	const size_t count = strlen(text);
	memcpy(out + at, text, count);
	return at + count;
}

size_t lipcam_text_plugin_hello(char *out, const char *plugin_version, const char *source_name,
				const char *obs_version)
{
	/* 2048 + 2 * 256 + the 36 bytes between stay under the 4096 allowed */
	size_t at = append(out, 0, "{\"plugin\":\"");
	at = lipcam_text_append_json(out, at, VERSION_BYTES_MAX, plugin_version);
	at = append(out, at, "\",\"source\":\"");
	at = lipcam_text_append_json(out, at, NAME_BYTES_MAX, source_name);
	at = append(out, at, "\",\"obs\":\"");
	at = lipcam_text_append_json(out, at, VERSION_BYTES_MAX, obs_version);
	return append(out, at, "\"}");
}
