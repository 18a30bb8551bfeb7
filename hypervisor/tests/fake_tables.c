/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads stage-2 tables as hardware would, for comparisons: not through stage2.c.
 */
#include "fake.h"

#include <arch/paging.h>
#include <arch/pt_format.h>

static u64 mix(u64 digest, u64 word)
{
	/* FNV-1a, by words. */
	return (digest ^ word) * 0x100000001b3ULL;
}

static u32 digest_table(const u64 *table, u32 entries, u32 level, u64 ipa, u64 *digest)
{
	u64 size = SZ_1G >> 9 * level;
	u32 tables = 0;

	for (u32 i = 0; i < entries; i++) {
		bool leads_on = level < 2 && (table[i] & PT_TABLE);

		if (!(table[i] & PT_VALID))
			continue;
		if (leads_on) {
			tables += 1 + digest_table(hyp_pa_to_va(pa_of(table[i] & PT_ADDR_MASK)),
						   512, level + 1, ipa + i * size, digest);
		} else {
			*digest = mix(*digest, ipa + i * size);
			*digest = mix(*digest, size);
			*digest = mix(*digest, table[i]);
		}
	}
	return tables;
}

u32 fake_tables_digest(const struct stage2 *s2, u64 *digest)
{
	*digest = 0xcbf29ce484222325ULL;
	return STAGE2_ROOT_PAGES + digest_table(s2->root, STAGE2_ROOT_ENTRIES, 0, 0, digest);
}
