/**
 * The letters of "Lipcam is not running" and "Waiting for Lipcam", drawn by us as lines and arcs. y grows upwards in the
 * table, as one draws letters, and is turned over on the way out.
 */
#include "stroke-font.h"

#include <math.h>
#include <string.h>

#define DEGREES_PER_PIECE 5.0f
#define RADIANS 0.01745329252f
#define GAP 0.42f
#define STROKES_MAX 6

enum stroke_kind { NONE, LINE, ARC };

/** LINE: from (a, b) to (c, d). ARC: centre (a, b), radius c, from d to e degrees. */
struct stroke {
	enum stroke_kind kind;
	float a, b, c, d, e;
};

struct letter {
	char name;
	float width;
	struct stroke strokes[STROKES_MAX];
};

static const struct letter LETTERS[] = {
	{'L', 0.80f, {{LINE, 0, 1.4f, 0, 0, 0}, {LINE, 0, 0, 0.8f, 0, 0}}},
	{'W',
	 1.60f,
	 {{LINE, 0, 1.4f, 0.4f, 0, 0},
	  {LINE, 0.4f, 0, 0.8f, 1.25f, 0},
	  {LINE, 0.8f, 1.25f, 1.2f, 0, 0},
	  {LINE, 1.2f, 0, 1.6f, 1.4f, 0}}},
	{'a', 1.00f, {{ARC, 0.5f, 0.5f, 0.5f, 0, 360}, {LINE, 1, 1, 1, 0, 0}}},
	{'c', 0.86f, {{ARC, 0.5f, 0.5f, 0.5f, 45, 315}}},
	{'f', 0.66f, {{LINE, 0.24f, 0, 0.24f, 1.1f, 0}, {ARC, 0.54f, 1.1f, 0.3f, 75, 180}, {LINE, 0, 1, 0.6f, 1, 0}}},
	{'g', 1.00f, {{ARC, 0.5f, 0.5f, 0.5f, 0, 360}, {LINE, 1, 1, 1, 0, 0}, {ARC, 0.5f, 0, 0.5f, 215, 360}}},
	{'i', 0.00f, {{LINE, 0, 0, 0, 1, 0}, {LINE, 0, 1.38f, 0, 1.4f, 0}}},
	{'m',
	 1.52f,
	 {{LINE, 0, 0, 0, 1, 0},
	  {ARC, 0.38f, 0.62f, 0.38f, 0, 180},
	  {LINE, 0.76f, 0.62f, 0.76f, 0, 0},
	  {ARC, 1.14f, 0.62f, 0.38f, 0, 180},
	  {LINE, 1.52f, 0.62f, 1.52f, 0, 0}}},
	{'n', 0.86f, {{LINE, 0, 0, 0, 1, 0}, {ARC, 0.43f, 0.57f, 0.43f, 0, 180}, {LINE, 0.86f, 0.57f, 0.86f, 0, 0}}},
	{'o', 1.00f, {{ARC, 0.5f, 0.5f, 0.5f, 0, 360}}},
	{'p', 1.00f, {{ARC, 0.5f, 0.5f, 0.5f, 0, 360}, {LINE, 0, 1, 0, -0.45f, 0}}},
	{'r', 0.58f, {{LINE, 0, 0, 0, 1, 0}, {ARC, 0.43f, 0.57f, 0.43f, 65, 180}}},
	{'s', 0.66f, {{ARC, 0.33f, 0.75f, 0.25f, 25, 270}, {ARC, 0.33f, 0.25f, 0.25f, -155, 90}}},
	{'t', 0.62f, {{LINE, 0.24f, 1.35f, 0.24f, 0.28f, 0}, {ARC, 0.52f, 0.28f, 0.28f, 180, 280}, {LINE, 0, 1, 0.6f, 1, 0}}},
	{'u', 0.86f, {{LINE, 0, 1, 0, 0.43f, 0}, {ARC, 0.43f, 0.43f, 0.43f, 180, 360}, {LINE, 0.86f, 1, 0.86f, 0, 0}}},
};

size_t lipcam_arc(struct lipcam_segment *segments, float x, float y, float radius, float from_degrees, float to_degrees)
{
	const size_t count = (size_t)ceilf((to_degrees - from_degrees) / DEGREES_PER_PIECE);
	for (size_t index = 0; index < count; index++) {
		const float step = (to_degrees - from_degrees) / (float)count;
		const float begin = (from_degrees + step * (float)index) * RADIANS;
		const float end = begin + step * RADIANS;
		segments[index].x0 = x + radius * cosf(begin);
		segments[index].y0 = y - radius * sinf(begin);
		segments[index].x1 = x + radius * cosf(end);
		segments[index].y1 = y - radius * sinf(end);
	}
	return count;
}

static const struct letter *find(char name)
{
	for (size_t index = 0; index < sizeof(LETTERS) / sizeof(LETTERS[0]); index++) {
		if (LETTERS[index].name == name)
			return &LETTERS[index];
	}
	return NULL;
}

size_t lipcam_letter(char name, struct lipcam_segment *segments, float *advance)
{
	const struct letter *letter = find(name);
	*advance = (letter ? letter->width : 0.25f) + GAP;
	size_t count = 0;
	for (size_t index = 0; letter && index < STROKES_MAX; index++) {
		const struct stroke *stroke = &letter->strokes[index];
		if (stroke->kind == LINE) {
			const struct lipcam_segment line = {stroke->a, -stroke->b, stroke->c, -stroke->d};
			segments[count++] = line;
		} else if (stroke->kind == ARC) {
			count += lipcam_arc(segments + count, stroke->a, -stroke->b, stroke->c, stroke->d, stroke->e);
		}
	}
	return count;
}

float lipcam_text_width(const char *text)
{
	struct lipcam_segment scrap[LIPCAM_LETTER_SEGMENTS_MAX];
	float width = 0;
	for (const char *letter = text; *letter; letter++) {
		float advance;
		lipcam_letter(*letter, scrap, &advance);
		width += advance;
	}
	return width - (*text ? GAP : 0);
}
