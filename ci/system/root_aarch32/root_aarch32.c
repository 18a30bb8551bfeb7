// SPDX-License-Identifier: GPL-2.0
/*
 * A program of AArch32 for root's Linux, without a C library: reads the word at ADDRESS of /dev/mem and
 * leaves with status 0, or with 3 if that cannot be mapped.
 */
#define NR_EXIT    1
#define NR_OPEN    5
#define NR_MMAP2   192
#define O_RDWR     2
#define O_SYNC     04010000
#define PAGE_SHIFT 12

static long call(long number, long a, long b, long c, long d, long e, long f)
{
	register long r7 __asm__("r7") = number;
	register long r0 __asm__("r0") = a;
	register long r1 __asm__("r1") = b;
	register long r2 __asm__("r2") = c;
	register long r3 __asm__("r3") = d;
	register long r4 __asm__("r4") = e;
	register long r5 __asm__("r5") = f;

	__asm__ volatile("svc #0"
			 : "+r"(r0)
			 : "r"(r7), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
			 : "memory");
	return r0;
}

void _start(void);
void _start(void)
{
	long file = call(NR_OPEN, (long)"/dev/mem", O_RDWR | O_SYNC, 0, 0, 0, 0);
	/* PROT_READ, MAP_SHARED; the offset in pages. */
	long map = call(NR_MMAP2, 0, 1 << PAGE_SHIFT, 1, 1, file, ADDRESS >> PAGE_SHIFT);

	if (file < 0 || (map < 0 && map > -4096))
		call(NR_EXIT, 3, 0, 0, 0, 0, 0);
	(void)*(volatile unsigned int *)(map + (ADDRESS & 0xfff));
	call(NR_EXIT, 0, 0, 0, 0, 0, 0);
}
