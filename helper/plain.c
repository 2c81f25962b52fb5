// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "plain.h"

#define ESCAPED 4 /* bytes of \xHH */

/* First and last character of what must not reach a terminal. */
static const uint32_t dangerous[][2] = {
	{0x00, 0x1f},	  {0x7f, 0x9f},	    {0x61c, 0x61c},   {0x200e, 0x200f},
	{0x2028, 0x202e}, {0x2066, 0x2069}, {0xd800, 0xdfff}, {0xfeff, 0xfeff},
};

static bool is_dangerous(uint32_t c)
{
	for (size_t i = 0; i < sizeof(dangerous) / sizeof(dangerous[0]); i++)
		if (c >= dangerous[i][0] && c <= dangerous[i][1])
			return true;
	return c > 0x10ffff;
}

/* Return: the bytes of the character at @text, 0 = it must be escaped. */
static size_t char_length(const unsigned char *text)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = *text < 0x80		  ? 1
		   : (*text >> 5) == 0x06 ? 2
		   : (*text >> 4) == 0x0e ? 3
		   : (*text >> 3) == 0x1e ? 4
					  : 0;
	uint32_t c = n == 1 ? *text : *text & (0xffU >> (n + 1));

	for (size_t i = 1; i < n; i++) {
		if (text[i] >> 6 != 0x02)
			return 0;
		c = c << 6 | (text[i] & 0x3f);
	}
	return n && c >= least[n] && !is_dangerous(c) ? n : 0;
}

bool rs_plain_copy(char *to, size_t size, const char *from)
{
	const unsigned char *at = (const unsigned char *)from;

	while (*at) {
		size_t n = char_length(at), put = n ? n : ESCAPED;

		if (put >= size)
			break;
		if (n)
			memcpy(to, at, n);
		else
			snprintf(to, size, "\\x%02x", *at);
		to += put;
		size -= put;
		at += n ? n : 1;
	}
	*to = '\0';
	return !*at;
}

void rs_plain_make(char *text, size_t size)
{
	char copy[512];

	snprintf(copy, sizeof(copy), "%s", text);
	rs_plain_copy(text, size, copy);
}
