/**
 * Draws into the planes directly: every stroke is the set of points near its segments, its edge one pixel soft. The
 * chroma planes are the same drawing at half the scale. Takes 9 ms at 1280x720, 120 ms at 4096x4096, once per change of
 * the words.
 */
#include "placeholder.h"

#include "stroke-font.h"

#include <math.h>
#include <string.h>

/** Of one letter, the ring or the mouth. */
#define SEGMENTS_MAX LIPCAM_LETTER_SEGMENTS_MAX
#define TILE_PIXELS 16

struct plane {
	uint8_t *at;
	int width;
	int height;
	float scale; /* pixels of this plane for one pixel of the picture */
};

struct colour {
	float y, u, v;
};

/* dark blue grey, a lighter one, near white, coral; as BT.601 limited */
static const struct colour GROUND = {33.0f, 132.0f, 125.0f};
static const struct colour CARD = {43.0f, 132.0f, 125.0f};
static const struct colour RING = {112.0f, 137.0f, 119.0f};
static const struct colour WORDS = {198.0f, 130.0f, 126.0f};
static const struct colour LIPS = {133.0f, 113.0f, 176.0f};

static const char *const CAPTIONS[] = {
	[LIPCAM_CAPTION_NOT_RUNNING] = "Lipcam is not running",
	[LIPCAM_CAPTION_WAITING] = "Waiting for Lipcam",
};

size_t lipcam_placeholder_bytes(uint32_t width, uint32_t height, bool has_alpha)
{
	const size_t pixels = (size_t)width * height;
	return pixels + pixels / 2 + (has_alpha ? pixels : 0);
}

static float squared_distance(const struct lipcam_segment *segment, float x, float y)
{
	const float along_x = segment->x1 - segment->x0;
	const float along_y = segment->y1 - segment->y0;
	const float length = along_x * along_x + along_y * along_y;
	float share = length > 0 ? ((x - segment->x0) * along_x + (y - segment->y0) * along_y) / length : 0;
	share = fminf(1, fmaxf(0, share));
	const float dx = x - segment->x0 - share * along_x;
	const float dy = y - segment->y0 - share * along_y;
	return dx * dx + dy * dy;
}

static int clamp(float value, int max)
{
	return value < 0 ? 0 : value > (float)max ? max : (int)value;
}

static void mix(uint8_t *at, float value, float share)
{
	*at = (uint8_t)((float)*at + ((value - (float)*at) * share) + 0.5f);
}

/** The pixels of one tile; only segments that reach into it are looked at, or a large ring would cost a second. */
static void ink_tile(const struct plane *plane, const struct lipcam_segment *segments, size_t count, float width,
		     float value, int first_column, int first_row, int end_column, int end_row)
{
	struct lipcam_segment near[SEGMENTS_MAX];
	size_t near_count = 0;
	const float half_tile = (float)TILE_PIXELS / 2 / plane->scale;
	const float middle_x = (float)first_column / plane->scale + half_tile;
	const float middle_y = (float)first_row / plane->scale + half_tile;
	const float reach = width / 2 + 1 / plane->scale + half_tile * 1.5f; /* more than the tile's half diagonal */
	for (size_t index = 0; index < count; index++) {
		if (squared_distance(&segments[index], middle_x, middle_y) < reach * reach)
			near[near_count++] = segments[index];
	}
	for (int row = first_row; near_count > 0 && row < end_row; row++) {
		const float y = ((float)row + 0.5f) / plane->scale;
		for (int column = first_column; column < end_column; column++) {
			const float x = ((float)column + 0.5f) / plane->scale;
			float nearest = 1e18f;
			for (size_t index = 0; index < near_count; index++)
				nearest = fminf(nearest, squared_distance(&near[index], x, y));
			const float share = (width / 2 - sqrtf(nearest)) * plane->scale + 0.5f;
			if (share > 0)
				mix(&plane->at[(size_t)row * (size_t)plane->width + (size_t)column], value,
				    fminf(1, share));
		}
	}
}

/** Strokes of the given width through all segments, in coordinates of the picture. */
static void ink(const struct plane *plane, const struct lipcam_segment *segments, size_t count, float width,
		float value)
{
	const float reach = width / 2 + 1 / plane->scale;
	float left = 1e9f, top = 1e9f, right = -1e9f, bottom = -1e9f;
	for (size_t index = 0; index < count; index++) {
		const struct lipcam_segment *segment = &segments[index];
		left = fminf(left, fminf(segment->x0, segment->x1));
		right = fmaxf(right, fmaxf(segment->x0, segment->x1));
		top = fminf(top, fminf(segment->y0, segment->y1));
		bottom = fmaxf(bottom, fmaxf(segment->y0, segment->y1));
	}
	const int x_end = clamp((right + reach) * plane->scale + 1, plane->width);
	const int y_end = clamp((bottom + reach) * plane->scale + 1, plane->height);
	const int x_begin = clamp((left - reach) * plane->scale, plane->width);
	for (int row = clamp((top - reach) * plane->scale, plane->height); row < y_end; row += TILE_PIXELS) {
		const int row_end = row + TILE_PIXELS < y_end ? row + TILE_PIXELS : y_end;
		for (int column = x_begin; column < x_end; column += TILE_PIXELS)
			ink_tile(plane, segments, count, width, value, column, row,
				 column + TILE_PIXELS < x_end ? column + TILE_PIXELS : x_end, row_end);
	}
}

/** A rectangle with round corners around (x, y). */
static void card(const struct plane *plane, float x, float y, float half_width, float half_height, float value)
{
	const float radius = fminf(half_width, half_height) * 0.18f;
	const int x_end = clamp((x + half_width) * plane->scale + 1, plane->width);
	const int y_end = clamp((y + half_height) * plane->scale + 1, plane->height);
	for (int row = clamp((y - half_height) * plane->scale - 1, plane->height); row < y_end; row++) {
		const float dy = fabsf(((float)row + 0.5f) / plane->scale - y) - half_height + radius;
		for (int column = clamp((x - half_width) * plane->scale - 1, plane->width); column < x_end; column++) {
			const float dx = fabsf(((float)column + 0.5f) / plane->scale - x) - half_width + radius;
			const float outside = hypotf(fmaxf(dx, 0), fmaxf(dy, 0)) + fminf(fmaxf(dx, dy), 0) - radius;
			const float share = 0.5f - outside * plane->scale;
			if (share > 0)
				mix(&plane->at[(size_t)row * (size_t)plane->width + (size_t)column], value,
				    fminf(1, share));
		}
	}
}

static void write_words(const struct plane *plane, const char *text, float x, float y, float size, float value)
{
	struct lipcam_segment segments[LIPCAM_LETTER_SEGMENTS_MAX];
	float at = x - lipcam_text_width(text) * size / 2;
	for (; *text; text++) {
		float advance;
		const size_t count = lipcam_letter(*text, segments, &advance);
		for (size_t index = 0; index < count; index++) {
			segments[index].x0 = at + segments[index].x0 * size;
			segments[index].x1 = at + segments[index].x1 * size;
			segments[index].y0 = y + segments[index].y0 * size;
			segments[index].y1 = y + segments[index].y1 * size;
		}
		ink(plane, segments, count, size * 0.17f, value);
		at += advance * size;
	}
}

/** A mouth: two arcs that meet in the middle above, one long arc below. */
static size_t mouth(struct lipcam_segment *segments, float x, float y, float radius)
{
	const float bow = radius * 0.30f;
	size_t count = lipcam_arc(segments, x - bow * 0.92f, y + bow * 0.05f, bow, 20, 165);
	count += lipcam_arc(segments + count, x + bow * 0.92f, y + bow * 0.05f, bow, 15, 160);
	count += lipcam_arc(segments + count, x, y - radius * 0.33f, radius * 0.66f, 207, 333);
	return count;
}

struct layout {
	float x, mark_y, radius, words_y, size;
};

static struct layout lay_out(float width, float height, const char *text)
{
	struct layout layout;
	const float side = fminf(width, height);
	layout.x = width / 2;
	layout.size = fminf(side * 0.032f, width * 0.8f / lipcam_text_width(text));
	layout.radius = side * 0.115f;
	layout.mark_y = height / 2 - side * 0.06f;
	layout.words_y = height / 2 + side * 0.15f;
	return layout;
}

static void draw_plane(const struct plane *plane, const struct layout *layout, const char *text, float ring, float lips,
		       float words)
{
	struct lipcam_segment segments[SEGMENTS_MAX];
	size_t count = lipcam_arc(segments, layout->x, layout->mark_y, layout->radius, 0, 360);
	ink(plane, segments, count, layout->radius * 0.10f, ring);
	count = mouth(segments, layout->x, layout->mark_y + layout->radius * 0.03f, layout->radius);
	ink(plane, segments, count, layout->radius * 0.12f, lips);
	write_words(plane, text, layout->x, layout->words_y, layout->size, words);
}

/** Brighter towards the middle by a few steps; the pattern hides the edges between them. */
static void paint_ground(const struct plane *plane, float value)
{
	static const uint8_t PATTERN[16] = {0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5};
	const float reach = 1.0f / (float)(plane->width * plane->width + plane->height * plane->height);
	for (int row = 0; row < plane->height; row++) {
		const float dy = (float)(2 * row - plane->height);
		for (int column = 0; column < plane->width; column++) {
			const float dx = (float)(2 * column - plane->width);
			const float light = 10.0f * (1.0f - (dx * dx + dy * dy) * reach);
			const float step = (float)PATTERN[(row & 3) * 4 + (column & 3)] / 16.0f;
			plane->at[(size_t)row * (size_t)plane->width + (size_t)column] =
				(uint8_t)(value - 8.0f + light + step);
		}
	}
}

void lipcam_placeholder_draw(uint8_t *planes, uint32_t width, uint32_t height, bool has_alpha,
			     enum lipcam_caption caption)
{
	const size_t pixels = (size_t)width * height;
	const char *text = CAPTIONS[caption];
	const struct layout layout = lay_out((float)width, (float)height, text);
	const struct plane luma = {planes, (int)width, (int)height, 1.0f};
	const struct plane blue = {planes + pixels, (int)width / 2, (int)height / 2, 0.5f};
	const struct plane red = {blue.at + pixels / 4, blue.width, blue.height, 0.5f};

	memset(blue.at, (int)GROUND.u, pixels / 4);
	memset(red.at, (int)GROUND.v, pixels / 4);
	if (has_alpha) {
		const struct plane alpha = {planes + pixels + pixels / 2, (int)width, (int)height, 1.0f};
		const float half_width = fminf((float)width / 2,
					       lipcam_text_width(text) * layout.size / 2 + layout.radius * 0.7f);
		const float half_height = fminf((float)height / 2, layout.radius * 2.4f);
		memset(luma.at, (int)CARD.y, pixels);
		memset(alpha.at, 0, pixels);
		card(&alpha, layout.x, (float)height / 2, half_width, half_height, 236.0f);
	} else {
		paint_ground(&luma, GROUND.y);
	}
	draw_plane(&luma, &layout, text, RING.y, LIPS.y, WORDS.y);
	draw_plane(&blue, &layout, text, RING.u, LIPS.u, WORDS.u);
	draw_plane(&red, &layout, text, RING.v, LIPS.v, WORDS.v);
}
