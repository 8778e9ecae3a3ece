/** Text from outside for the log, names of sources for JSON. */
#include "check.h"

#include "protocol.h"
#include "text.h"

#include <string.h>

static bool is_utf8(const char *text)
{
	return lipcam_text_is_utf8((const uint8_t *)text, strlen(text));
}

static bool is_object(const char *text)
{
	return lipcam_text_is_object((const uint8_t *)text, strlen(text));
}

static bool logs(const char *text, size_t out_bytes, const char *wanted)
{
	char out[64];
	lipcam_text_for_log(out, out_bytes, (const uint8_t *)text, strlen(text));
	return strcmp(out, wanted) == 0;
}

static void test_utf8(void)
{
	CHECK(is_utf8("") && is_utf8("abc") && is_utf8("\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82"));
	CHECK(!is_utf8("\x80") && !is_utf8("\xc3") && !is_utf8("\xe2\x82") && !is_utf8("\xff"));
	CHECK(!is_utf8("\xc0\xaf") && !is_utf8("\xe0\x80\xaf") && !is_utf8("\xf0\x80\x80\xaf"));
	CHECK(!is_utf8("\xed\xa0\x80") && !is_utf8("\xf4\x90\x80\x80"));
	CHECK(!lipcam_text_is_utf8((const uint8_t *)"a\0b", 3));
	CHECK(is_object("{}") && is_object(" {\"a\":1}\n"));
	CHECK(!is_object("") && !is_object("{") && !is_object("[]") && !is_object("{\xff}") && !is_object("  "));
}

static void test_log(void)
{
	CHECK(logs("plain", 64, "plain") && logs("Anh \xc3\xa9", 64, "Anh \xc3\xa9"));
	CHECK(logs("a\x1b[31mb\n", 64, "a?[31mb?") && logs("\xc2\x9b" "1m", 64, "?1m") && logs("\xff\xfe", 64, "??"));
	CHECK(logs("abcdef", 4, "abc") && logs("ab\xc3\xa9", 4, "ab") && logs("x", 1, ""));
}

static void test_json(void)
{
	char out[64];
	size_t count = lipcam_text_append_json(out, 0, 64, "a\"b\\c\n\xff\xc3\xa9");
	CHECK(count == 16 && memcmp(out, "a\\\"b\\\\c\\u000a?\xc3\xa9", 16) == 0);
	count = lipcam_text_append_json(out, 0, 3, "ab\xc3\xa9");
	CHECK(count == 2);
	count = lipcam_text_append_json(out, 0, 3, "ab\"");
	CHECK(count == 2);
}

static void test_hello(void)
{
	static char name[10001];
	static char out[LIPCAM_HELLO_BYTES_MAX];
	const size_t count = lipcam_text_plugin_hello(out, "0.1.0", "My \"avatar\"", "29.0.2");
	const char *wanted = "{\"plugin\":\"0.1.0\",\"source\":\"My \\\"avatar\\\"\",\"obs\":\"29.0.2\"}";
	CHECK(count == strlen(wanted) && memcmp(out, wanted, count) == 0);
	memset(name, '\x01', sizeof(name) - 1);
	const size_t longest = lipcam_text_plugin_hello(out, name, name, name);
	CHECK(longest <= LIPCAM_HELLO_BYTES_MAX && lipcam_text_is_object((const uint8_t *)out, longest));
}

void test_text(void)
{
	test_utf8();
	test_log();
	test_json();
	test_hello();
}
