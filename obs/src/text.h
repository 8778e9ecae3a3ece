/**
 * Text that crosses the border: UTF-8 from outside into the log, names from OBS into JSON. Bounded, no memory, no libobs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Whether these bytes are well-formed UTF-8 without a NUL. */
bool lipcam_text_is_utf8(const uint8_t *bytes, size_t count);
/** Whether these bytes can be the JSON object of a hello: UTF-8, no NUL, from "{" to "}". Not a JSON parser. */
bool lipcam_text_is_object(const uint8_t *bytes, size_t count);
/** Copies text for one line of the log: what is not printable UTF-8 becomes "?"; cut to fit, always terminated. */
void lipcam_text_for_log(char *out, size_t out_bytes, const uint8_t *bytes, size_t count);
/**
 * Appends `text` as the inside of a JSON string at out[at]; cut between characters so that at most `bytes_max` bytes are
 * used of it. Answers the new end. Never terminates.
 */
size_t lipcam_text_append_json(char *out, size_t at, size_t bytes_max, const char *text);
/** The JSON of the plugin's hello, at most LIPCAM_HELLO_BYTES_MAX bytes, not terminated; answers its size. */
size_t lipcam_text_plugin_hello(char *out, const char *plugin_version, const char *source_name,
				const char *obs_version);
