/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QEMU TCG plugin: which instructions of the EL2 image were executed at all.
 * out=FILE has one byte for each instruction, 1 if it was; many machines, one
 * after the other or at once, share it, and nothing is lost if they are killed.
 *
 * Arguments: text=ADDRESS, phys=ADDRESS, size=BYTES (hexadecimal), out=FILE,
 * which must have the right size. For addresses see count_el2.c.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "qemu_plugin_api.h"

#define INSN_SIZE 4

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static uint64_t text, phys, size;
static volatile unsigned char *executed;

static void on_execute(unsigned int vcpu, void *byte)
{
	(void)vcpu;
	*(volatile unsigned char *)byte = 1;
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		uint64_t offset = address - text < size ? address - text : address - phys;

		if (offset < size)
			qemu_plugin_register_vcpu_insn_exec_cb(
				insn, on_execute, QEMU_PLUGIN_CB_NO_REGS,
				(void *)(executed + offset / INSN_SIZE));
	}
}

static bool map(const char *path)
{
	struct stat status;
	int fd = open(path, O_RDWR);
	void *memory = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &status) == 0 && (uint64_t)status.st_size >= size / INSN_SIZE)
		memory = mmap(NULL, size / INSN_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	executed = memory;
	return memory != MAP_FAILED;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	const char *out = NULL;

	for (int i = 0; i < argc; i++)
		if (strncmp(argv[i], "out=", 4) == 0)
			out = argv[i] + 4;
		else if (sscanf(argv[i], "text=%" SCNx64, &text) != 1 &&
			 sscanf(argv[i], "phys=%" SCNx64, &phys) != 1 &&
			 sscanf(argv[i], "size=%" SCNx64, &size) != 1)
			return -1;
	if (!info->system_emulation || !size || !out || !map(out)) {
		fprintf(stderr, "cover_el2: needs a whole machine, size=, and out= of that size\n");
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	return 0;
}
