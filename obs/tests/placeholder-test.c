/** The picture at every kind of size, within its planes and within the limited range. */
#include "check.h"

#include "placeholder.h"
#include "stroke-font.h"

#include <stdlib.h>
#include <string.h>

static void test_size(uint32_t width, uint32_t height, bool has_alpha)
{
	const size_t bytes = lipcam_placeholder_bytes(width, height, has_alpha);
	uint8_t *planes = malloc(bytes); /* of the exact size: AddressSanitizer sees a byte too far */
	uint8_t *other = malloc(bytes);
	CHECK(planes != NULL && other != NULL);
	if (planes && other) {
		memset(planes, 1, bytes);
		lipcam_placeholder_draw(planes, width, height, has_alpha, LIPCAM_CAPTION_NOT_RUNNING);
		lipcam_placeholder_draw(other, width, height, has_alpha, LIPCAM_CAPTION_WAITING);
		CHECK(memcmp(planes, other, bytes) != 0);
		const size_t opaque = lipcam_placeholder_bytes(width, height, false);
		uint8_t darkest = 255;
		uint8_t brightest = 0;
		for (size_t index = 0; index < opaque; index++) {
			darkest = planes[index] < darkest ? planes[index] : darkest;
			brightest = planes[index] > brightest ? planes[index] : brightest;
		}
		CHECK(darkest >= 16 && brightest <= 235 && brightest > 120);
		if (has_alpha) {
			const uint8_t *alpha = planes + opaque;
			const size_t middle = (size_t)height / 2 * width + width / 2;
			CHECK(alpha[0] == 0 && alpha[(size_t)width * height - 1] == 0 && alpha[middle] > 200);
		}
	}
	free(planes);
	free(other);
}

void test_placeholder(void)
{
	const uint32_t sides[] = {64, 66, 360, 720};
	for (size_t row = 0; row < 4; row++) {
		for (size_t column = 0; column < 4; column++) {
			test_size(sides[column], sides[row], false);
			test_size(sides[column], sides[row], true);
		}
	}
	test_size(4096, 64, true);
	test_size(64, 4096, true);
	for (int letter = 1; letter < 128; letter++) {
		struct lipcam_segment segments[LIPCAM_LETTER_SEGMENTS_MAX];
		float advance;
		CHECK(lipcam_letter((char)letter, segments, &advance) <= LIPCAM_LETTER_SEGMENTS_MAX && advance > 0);
	}
}
