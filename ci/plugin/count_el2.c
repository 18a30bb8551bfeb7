/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QEMU TCG plugin: how often each vCPU executed each instruction of the EL2
 * image, and how many instructions it executed altogether, between markers in
 * guest code. It knows addresses only; what they mean is up to ci/bench.py.
 *
 * A marker is HINT #(0x60 + n), n = 0 to 31: no operation on any core, and
 * emitted by no compiler. Each one appends a record to the output:
 *
 *	mark <n> <vcpu>
 *	cpu <vcpu> <total> [<index>:<count> ...]
 *
 * with a `cpu` line for each vCPU that executed something since the last
 * record. `index` is the instruction's place in the image. Counted is what
 * starts to execute, so an instruction that faults is, too.
 *
 * Arguments: text=ADDRESS, phys=ADDRESS, size=BYTES (hexadecimal), out=FILE.
 * The image runs at `phys` as long as the MMU is off. Exception levels are not
 * looked at: nothing else may execute at these addresses.
 *
 * Needs multi-threaded TCG: with -icount or thread=single QEMU 10.0 bakes one
 * vCPU's counters into code that all share.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin_api.h"

#define INSN_SIZE   4
#define MARKER      0xd5032c1fu /* HINT #0x60: CRm 12, Op2 0 */
#define MARKER_MASK 0xfffffc1fu
#define MARKER_N(x) (((x) >> 5) & 31)

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static struct {
	uint64_t text;
	uint64_t phys;
	uint64_t size;
} image;

/* Per vCPU: number 0 counts all instructions, 1 + index one of the image. */
static struct qemu_plugin_scoreboard *counters;
static size_t num_counters;

/* Protects what follows. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static FILE *out;
/* Per vCPU: the counters at the last record. */
static uint64_t **reported;

static void report_vcpu(unsigned int vcpu)
{
	const volatile uint64_t *now = qemu_plugin_scoreboard_find(counters, vcpu);
	uint64_t *before = reported[vcpu];

	if (now[0] == before[0])
		return;
	/* Others run on meanwhile: what is read here is what counts as reported. */
	for (size_t i = 0; i < num_counters; i++) {
		uint64_t value = now[i];

		if (i == 0)
			fprintf(out, "cpu %u %" PRIu64, vcpu, value - before[i]);
		else if (value != before[i])
			fprintf(out, " %zu:%" PRIu64, i - 1, value - before[i]);
		before[i] = value;
	}
	fputc('\n', out);
}

static void on_marker(unsigned int vcpu, void *number)
{
	pthread_mutex_lock(&lock);
	fprintf(out, "mark %u %u\n", (unsigned int)(uintptr_t)number, vcpu);
	for (int i = 0; i < qemu_plugin_num_vcpus(); i++)
		report_vcpu((unsigned int)i);
	fflush(out);
	pthread_mutex_unlock(&lock);
}

static void count(struct qemu_plugin_insn *insn, size_t number)
{
	qemu_plugin_u64 counter = { counters, number * sizeof(uint64_t) };

	qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64,
							    counter, 1);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		uint32_t opcode = 0;

		count(insn, 0);
		if (address - image.text < image.size)
			count(insn, 1 + (address - image.text) / INSN_SIZE);
		else if (address - image.phys < image.size)
			count(insn, 1 + (address - image.phys) / INSN_SIZE);

		qemu_plugin_insn_data(insn, &opcode, sizeof(opcode));
		if ((opcode & MARKER_MASK) == MARKER)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_marker,
							       QEMU_PLUGIN_CB_NO_REGS,
							       (void *)(uintptr_t)MARKER_N(opcode));
	}
}

static bool parse(const char *argument)
{
	if (strncmp(argument, "out=", 4) == 0)
		out = fopen(argument + 4, "w");
	else
		return sscanf(argument, "text=%" SCNx64, &image.text) == 1 ||
		       sscanf(argument, "phys=%" SCNx64, &image.phys) == 1 ||
		       sscanf(argument, "size=%" SCNx64, &image.size) == 1;
	return true;
}

static bool allocate(size_t vcpus)
{
	num_counters = 1 + image.size / INSN_SIZE;
	counters = qemu_plugin_scoreboard_new(num_counters * sizeof(uint64_t));
	reported = calloc(vcpus, sizeof(*reported));
	for (size_t i = 0; reported && i < vcpus; i++) {
		reported[i] = calloc(num_counters, sizeof(**reported));
		if (!reported[i])
			return false;
	}
	return counters && reported;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (!parse(argv[i])) {
			fprintf(stderr, "count_el2: bad argument \"%s\"\n", argv[i]);
			return -1;
		}
	if (!out || !info->system_emulation || !allocate((size_t)info->system.max_vcpus)) {
		fprintf(stderr, "count_el2: needs a whole machine, memory, and a writable out=\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	return 0;
}
