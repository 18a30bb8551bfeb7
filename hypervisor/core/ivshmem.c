/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ivshmem: links, doorbells, registers, states. What a peer does costs it a
 * trap, and nobody else: interrupts are SPIs made pending. Configuration
 * space as a whole is in vpci.c.
 */
#include <hyp/ivshmem_function.h>

#include <arch/barrier.h>
#include <arch/paging.h>
#include <arch/spinlock.h>
#include <hyp/irqchip.h>
#include <hyp/string.h>

#define MAX_LINKS 64

/* Peers by number. `users` is 0 if the link is not in use. */
struct ivshmem_link {
	u32 lock;
	u32 users;
	u32 bdf;
	struct ivshmem *peers[IVSHMEM_MAX_PEERS];
};

static struct ivshmem_link links[MAX_LINKS];

/* Interrupt a peer, if it wants that; the lock is held. */
static __hot_path bool interrupt(struct ivshmem *to, u32 vector)
{
	u32 intid = to->intx;

	if (!to->int_control)
		return false;
	if (to->dev->num_msix_vectors) {
		const u32 *entry = to->msix + vector * MSIX_ENTRY_WORDS;

		if (vector >= to->dev->num_msix_vectors ||
		    !(to->config[IVSHMEM_MSIX] & PCI_MSIX_ENABLE) ||
		    !(to->config[PCI_COMMAND] & PCI_COMMAND_MASTER))
			return false;
		if ((to->config[IVSHMEM_MSIX] & PCI_MSIX_MASK_ALL) || (entry[3] & 1)) {
			to->pending |= 1u << vector;
			return true;
		}
		intid = entry[2];
	} else if (vector || (to->config[PCI_COMMAND] & PCI_COMMAND_INTX_DISABLE)) {
		return false;
	}
	/* Whatever it wrote there: only its own interrupts. */
	if (!cell_owns_irq(to->cell, intid))
		return false;
	if (to->config[IVSHMEM_CAP] & IVSHMEM_CAP_ONE_SHOT)
		to->int_control = 0;
	irq_set_pending(intid);
	return true;
}

/* The same where it need not be fast. */
static __cold_path void raise(struct ivshmem *to, u32 vector)
{
	interrupt(to, vector);
}

static void ring(struct ivshmem *from, u32 target, u32 vector)
{
	struct ivshmem *to = target < IVSHMEM_MAX_PEERS ? from->link->peers[target] : NULL;

	from->counts.sent++;
	if (to && interrupt(to, vector))
		to->counts.received++;
	else
		from->counts.dropped++;
}

/* Vectors that are not masked any more. */
static void raise_pending(struct ivshmem *fn)
{
	u32 pending = fn->pending;

	fn->pending = 0;
	for (; pending; pending &= pending - 1)
		raise(fn, (u32)__builtin_ctz(pending));
}

static volatile u32 *show_table(const struct ivshmem *fn, u32 id)
{
	const struct jailhouse_memory *mem = cell_region(fn->cell, fn->dev->shmem_regions_start);

	return map_temporary(pa_of(mem->phys_start + 4ULL * id), 4);
}

/* A peer may read the table past its caches. */
static void write_table(const struct ivshmem *fn, u32 id, u32 state)
{
	volatile u32 *entry = show_table(fn, id);

	*entry = state;
	cache_flush((const void *)entry, 4);
	unmap_temporary();
}

static void set_state(struct ivshmem *fn, u32 state)
{
	if (fn->state == state)
		return;
	fn->state = state;
	write_table(fn, fn->dev->shmem_dev_id, state);
	for (u32 id = 0; id < IVSHMEM_MAX_PEERS; id++) {
		struct ivshmem *peer = fn->link->peers[id];

		if (peer && peer != fn)
			raise(peer, 0);
	}
}

/* A CPU of the cell that accesses one meanwhile meets the old place or the new. */
static void move_bars(struct ivshmem *fn)
{
	bool on = fn->config[PCI_COMMAND] & PCI_COMMAND_MEMORY;

	for (u32 bar = 0; bar < IVSHMEM_BARS; bar++)
		if (fn->bars[bar])
			fn->bars[bar]->range.base = on ? fn->config[PCI_BAR0 + bar] : MMIO_NOWHERE;
}

static u32 read_register(const struct ivshmem *fn, u64 offset)
{
	switch (offset) {
	case IVSHMEM_REG_ID:
		return fn->dev->shmem_dev_id;
	case IVSHMEM_REG_MAX_PEERS:
		return fn->dev->shmem_peers;
	case IVSHMEM_REG_INT_CONTROL:
		return fn->int_control;
	case IVSHMEM_REG_STATE:
		return fn->state;
	default:
		return 0;
	}
}

enum mmio_result ivshmem_registers(struct cell *cell __unused_arg, u64 arg, struct mmio_access *a)
{
	struct ivshmem *fn = (struct ivshmem *)arg;
	u64 offset = a->offset;
	u32 value = (u32)a->value, *lock = &fn->link->lock;

	if (a->size != 4 || (offset & 3))
		return MMIO_REFUSED;
	if (!a->write) {
		a->value = read_register(fn, offset);
		return MMIO_DONE;
	}
	spin_lock(lock);
	if (offset == IVSHMEM_REG_DOORBELL)
		ring(fn, value >> 16, value & 0xffff);
	else if (offset == IVSHMEM_REG_INT_CONTROL)
		fn->int_control = value & IVSHMEM_INT_ENABLE;
	else if (offset == IVSHMEM_REG_STATE)
		set_state(fn, value);
	spin_unlock(lock);
	return MMIO_DONE;
}

enum mmio_result ivshmem_msix(struct cell *cell __unused_arg, u64 arg, struct mmio_access *a)
{
	struct ivshmem *fn = (struct ivshmem *)arg;
	u64 word = a->offset / 4;

	if (a->size != 4 || (a->offset & 3))
		return MMIO_REFUSED;
	if (!a->write) {
		if (word < ARRAY_SIZE(fn->msix))
			a->value = fn->msix[word];
		else if (a->offset == IVSHMEM_MSIX_PBA)
			a->value = fn->pending;
	} else if (word < ARRAY_SIZE(fn->msix)) {
		spin_lock(&fn->link->lock);
		fn->msix[word] = (u32)a->value;
		raise_pending(fn);
		spin_unlock(&fn->link->lock);
	}
	return MMIO_DONE;
}

void ivshmem_write_config(struct ivshmem *fn, u32 word, u32 value, u32 mask)
{
	spin_lock(&fn->link->lock);
	fn->config[word] = (fn->config[word] & ~mask) | (value & mask);
	move_bars(fn);
	raise_pending(fn);
	spin_unlock(&fn->link->lock);
}

static struct ivshmem_link *find_link(u32 bdf)
{
	for (u32 i = 0; i < MAX_LINKS; i++)
		if (links[i].users && links[i].bdf == bdf)
			return &links[i];
	return NULL;
}

const struct cell *ivshmem_peer_owner(u32 bdf, u32 id)
{
	const struct ivshmem_link *link = find_link(bdf);

	return link && link->peers[id] ? link->peers[id]->cell : NULL;
}

int ivshmem_attach(struct ivshmem *fn)
{
	struct ivshmem_link *link = find_link(fn->dev->bdf);
	u32 n = 0;

	if (!link) {
		while (n < MAX_LINKS && links[n].users)
			n++;
		if (n == MAX_LINKS)
			return -ENOMEM;
		link = &links[n];
		link->bdf = fn->dev->bdf;
		for (u32 id = 0; id < IVSHMEM_MAX_PEERS; id++)
			write_table(fn, id, 0);
	}
	link->users++;
	fn->link = link;
	ivshmem_reset(fn);
	spin_lock(&link->lock);
	link->peers[fn->dev->shmem_dev_id] = fn;
	spin_unlock(&link->lock);
	return 0;
}

void ivshmem_reset(struct ivshmem *fn)
{
	spin_lock(&fn->link->lock);
	fn->config[PCI_COMMAND] &= 0xffff0000;
	fn->config[PCI_BAR0] = 0;
	fn->config[PCI_BAR0 + 1] = 0;
	move_bars(fn);
	fn->config[IVSHMEM_CAP] &= ~(u32)IVSHMEM_CAP_ONE_SHOT;
	fn->config[IVSHMEM_MSIX] &= ~(u32)(PCI_MSIX_ENABLE | PCI_MSIX_MASK_ALL);
	fn->int_control = 0;
	fn->pending = 0;
	memset(fn->msix, 0, sizeof(fn->msix));
	for (u32 n = 3; n < ARRAY_SIZE(fn->msix); n += MSIX_ENTRY_WORDS)
		fn->msix[n] = 1;
	set_state(fn, 0);
	spin_unlock(&fn->link->lock);
}

void ivshmem_detach(struct ivshmem *fn)
{
	struct ivshmem_link *link = fn->link;

	ivshmem_reset(fn);
	spin_lock(&link->lock);
	link->peers[fn->dev->shmem_dev_id] = NULL;
	link->users--;
	spin_unlock(&link->lock);
}
