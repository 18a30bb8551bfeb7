/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Parameters, report and order of the campaigns. */
#include "jailbreak.h"

#define MAX_OPS      28
#define MAX_ROWS     128
#define MAX_NOTES    16
#define WORD_SIZE    80
/*
 * The console has room for little, so the reader gets time to take a line. All
 * is said twice, the second time slowly, for a reader who was late.
 */
#define ROW_US       5000
#define ROW_AGAIN_US 30000

CMDLINE_BUFFER(2048);

struct op_count {
	const char *op;
	u32 outcomes[JB_NUM_OUTCOMES];
	bool hole;
	bool unclear;
};

struct row {
	const char *class;
	char target[sizeof(jb_targets[0].name)];
	unsigned int el;
	unsigned int num_ops;
	struct op_count ops[MAX_OPS];
};

struct jb_range jb_targets[JB_MAX_RANGES];
unsigned int jb_num_targets;
unsigned int jb_probes;

static struct jb_range ours[JB_MAX_RANGES];
static unsigned int num_ours;
/* SPIs: `size` holds the bits. */
static struct jb_range spis[JB_MAX_RANGES];
static unsigned int num_spis;
static u64 random_state;

/* On the heap, since what is zero is part of the image. */
static struct row *rows;
static unsigned int num_rows, num_holes, num_unclear, num_notes;
static u64 num_probes;

/* --- random numbers: xorshift64* ------------------------------------------- */

u64 jb_random_of(u64 *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

u64 jb_random(void)
{
	return jb_random_of(&random_state);
}

u64 jb_below(u64 limit)
{
	return limit ? jb_random() % limit : 0;
}

/* --- the report -------------------------------------------------------------- */

static struct row *row(void)
{
	return &rows[num_rows];
}

void jb_row(const char *class, const char *target, unsigned int el)
{
	unsigned long length = strlen(target);

	memset(row(), 0, sizeof(struct row));
	row()->class = class;
	memcpy(row()->target, target,
	       length < sizeof(row()->target) ? length : sizeof(row()->target) - 1);
	row()->el = el;
}

static struct op_count *find_op(const char *op)
{
	unsigned int n = 0;

	while (n < row()->num_ops && row()->ops[n].op != op)
		n++;
	if (n == MAX_OPS)
		return NULL;
	if (n == row()->num_ops) {
		row()->ops[n].op = op;
		row()->num_ops++;
	}
	return &row()->ops[n];
}

void jb_count(const char *op, enum jb_outcome outcome, enum jb_verdict verdict)
{
	struct op_count *count = find_op(op);

	num_probes++;
	if (!count) {
		num_unclear++;
		return;
	}
	count->outcomes[outcome]++;
	if (verdict == JB_HOLE) {
		count->hole = true;
		num_holes++;
	} else if (verdict == JB_UNCLEAR) {
		count->unclear = true;
		num_unclear++;
	}
}

/* Attempts that were answered, as they should be. */
void jb_count_many(const char *op, u32 number)
{
	struct op_count *count = find_op(op);

	num_probes += number;
	if (count)
		count->outcomes[JB_ANSWERED] += number;
}

void jb_note(const char *what, u64 value1, u64 value2)
{
	/* A few say enough, and many would push the report out of the console. */
	if (num_notes++ < MAX_NOTES)
		printk("JB note %s %s EL%u: %s 0x%llx 0x%llx\n", row()->class, row()->target,
		       row()->el, what, value1, value2);
}

static void print_row(unsigned int number)
{
	static const char letters[JB_NUM_OUTCOMES] = { 'n', 'a', 'u', 't', 'o' };
	const struct row *r = &rows[number];

	printk("JB %u %s %s EL%u", number + 1, r->class, r->target, r->el);
	for (unsigned int n = 0; n < r->num_ops; n++) {
		printk(" %s=", r->ops[n].op);
		for (unsigned int k = 0; k < JB_NUM_OUTCOMES; k++)
			if (r->ops[n].outcomes[k])
				printk("%u%c", r->ops[n].outcomes[k], letters[k]);
		printk("%s%s", r->ops[n].unclear ? "?" : "", r->ops[n].hole ? "!" : "");
	}
	printk("\n");
}

void jb_row_end(void)
{
	print_row(num_rows);
	delay_us(ROW_US);
	if (num_rows < MAX_ROWS - 1)
		num_rows++;
	else
		num_unclear++;
}

static void print_end(void)
{
	printk("JB end rows=%u probes=%llu holes=%u unclear=%u\n", num_rows, num_probes, num_holes,
	       num_unclear);
}

static void print_again(void)
{
	for (unsigned int n = 0; n < num_rows; n++) {
		delay_us(ROW_AGAIN_US);
		print_row(n);
	}
	delay_us(ROW_AGAIN_US);
	print_end();
	/* What comes now may fill the console with reports. */
	delay_us(20 * ROW_AGAIN_US);
}

/* --- parameters -------------------------------------------------------------- */

bool jb_is_ours(u64 address)
{
	for (unsigned int n = 0; n < num_ours; n++)
		if (address - ours[n].start < ours[n].size)
			return true;
	return false;
}

bool jb_is_our_spi(unsigned int intid)
{
	for (unsigned int n = 0; n < num_spis; n++)
		if (intid - spis[n].start < 32 && (spis[n].size >> (intid - spis[n].start) & 1))
			return true;
	return false;
}

unsigned int jb_own_spi(void)
{
	return num_spis ?
		       (unsigned int)spis[0].start + (unsigned int)__builtin_ctzll(spis[0].size) :
		       0;
}

static u64 number(const char **text)
{
	u64 value = 0;

	if ((*text)[0] == '0' && (*text)[1] == 'x')
		*text += 2;
	for (; **text && **text != ':'; (*text)++)
		value = value << 4 | (u64)(**text >= 'a' ? **text - 'a' + 10 : **text - '0');
	if (**text == ':')
		(*text)++;
	return value;
}

/* All parameters PREFIX0, PREFIX1 ...; numbers are hexadecimal. */
static unsigned int read_ranges(char prefix, bool named, struct jb_range *ranges)
{
	unsigned int n;

	for (n = 0; n < JB_MAX_RANGES; n++) {
		const char name[] = { prefix, (char)(n < 10 ? '0' + n : 'a' + n - 10), 0 };
		static char word[WORD_SIZE];
		const char *text = cmdline_parse_str(name, word, sizeof(word), NULL);

		if (!text)
			break;
		if (named) {
			unsigned int length = 0;

			while (*text && *text != ':' && length < sizeof(ranges[n].name) - 1)
				ranges[n].name[length++] = *text++;
			ranges[n].kind = text[1];
			text += 3;
		}
		ranges[n].start = number(&text);
		ranges[n].size = number(&text);
	}
	return n;
}

static const struct {
	const char *name;
	void (*run)(void);
} campaigns[] = {
	{ "memory", jb_memory },
	{ "calls", jb_calls },
	/* From here on our own interrupts are in ruins. */
	{ "storms", jb_storms },
	{ "sysregs", jb_sysregs },
	{ "gic", jb_gic },
	{ "sgis", jb_sgis },
	{ "ivshmem", jb_ivshmem },
	{ "comm", jb_comm_page },
};

static void attack(void)
{
	static char buffer[WORD_SIZE];
	const char *only = cmdline_parse_str("only", buffer, sizeof(buffer), NULL);

	for (unsigned int n = 0; n < sizeof(campaigns) / sizeof(campaigns[0]); n++)
		if (!only || strcmp(only, campaigns[n].name) == 0)
			campaigns[n].run();
}

void inmate_main(void)
{
	u64 seed = (u64)cmdline_parse_int("seed", 1);

	if (cmdline_parse_bool("witness", false))
		jb_witness();
	random_state = seed * 0x9e3779b97f4a7c15ULL | 1;
	jb_probes = (unsigned int)cmdline_parse_int("probes", 8);
	jb_num_targets = read_ranges('t', true, jb_targets);
	num_ours = read_ranges('o', false, ours);
	num_spis = read_ranges('p', false, spis);

	rows = zalloc(MAX_ROWS * sizeof(*rows), 16);
	printk("JB begin seed=%llu\n", seed);
	jb_probe_init();
	jb_helpers_start((unsigned int)cmdline_parse_int("helpers", 0));
	attack();
	jb_helpers_report();
	print_end();
	print_again();
	jb_last_stand((unsigned int)cmdline_parse_int("stand", 0));
}
