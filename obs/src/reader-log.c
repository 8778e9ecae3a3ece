/**
 * Lines of the log. Text from the other side is shown cut and without anything a terminal would act on.
 */
#include "reader-log.h"

#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <util/platform.h>

#define LINE_BYTES_MAX 1600
#define WORD_BYTES_MAX 64

static const char *source_name(const struct lipcam_reader *reader)
{
	const char *name = obs_source_get_name(reader->source);
	return name ? name : "";
}

void lipcam_say(struct lipcam_reader *reader, int level, unsigned reason, const char *format, ...)
{
	uint64_t left_out = 0;
	if (!lipcam_log_allows(&reader->log_limit, reason, os_gettime_ns(), &left_out))
		return;
	char line[LINE_BYTES_MAX];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (left_out > 0)
		blog(level, "[lipcam] '%s': %s (and %llu times more before)", source_name(reader), line,
		     (unsigned long long)left_out);
	else
		blog(level, "[lipcam] '%s': %s", source_name(reader), line);
}

void lipcam_say_fault(struct lipcam_reader *reader)
{
	const struct lipcam_parser *parser = &reader->parser;
	if (parser->fault == LIPCAM_FAULT_VERSION)
		lipcam_say(reader, LOG_WARNING, LIPCAM_FAULT_VERSION,
			   "connection given up: Lipcam speaks version %u of the protocol, this plugin version %u; "
			   "run deno task obs:install in Lipcam's folder and restart OBS",
			   parser->other_version, LIPCAM_PROTOCOL_VERSION);
	else
		lipcam_say(reader, LOG_WARNING, parser->fault, "connection to %s given up: %s", reader->path,
			   lipcam_fault_text(parser->fault));
}

static void word_for_log(char *out, obs_data_t *hello, const char *key)
{
	const char *text = obs_data_get_string(hello, key);
	lipcam_text_for_log(out, WORD_BYTES_MAX, (const uint8_t *)text, strlen(text));
}

bool lipcam_say_hello(struct lipcam_reader *reader)
{
	const struct lipcam_message *message = &reader->parser.message;
	if (!lipcam_text_is_object(message->body, message->body_bytes))
		return false;
	char json[LIPCAM_HELLO_BYTES_MAX + 1];
	memcpy(json, message->body, message->body_bytes);
	json[message->body_bytes] = '\0';
	obs_data_t *hello = obs_data_create_from_json(json);
	if (!hello)
		return false;
	char programme[WORD_BYTES_MAX];
	char version[WORD_BYTES_MAX];
	word_for_log(programme, hello, "programme");
	word_for_log(version, hello, "lipcam");
	obs_data_release(hello);
	lipcam_say(reader, LOG_INFO, LIPCAM_REASON_CONNECTED, "connected to %s: programme '%s', Lipcam %s",
		   reader->path, programme, version);
	return true;
}
