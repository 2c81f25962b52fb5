// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "party.h"

const char *const rs_party_names[RS_PARTIES] = {
#define X(name, text, meaning) text,
	RS_PARTY_LIST(X)
#undef X
};

const char *const rs_party_meanings[RS_PARTIES] = {
#define X(name, text, meaning) meaning,
	RS_PARTY_LIST(X)
#undef X
};

const char *rs_parties_name(unsigned int parties, const char *between, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (int i = 0; i < RS_PARTIES && used < size; i++)
		if (parties & (1U << i))
			used += snprintf(text + used, size - used, "%s%s", used ? between : "",
					 rs_party_names[i]);
	return text;
}
