// SPDX-License-Identifier: GPL-2.0
/*
 * ivshmem for programs of user space: /dev/uioN with the maps `registers`,
 * `state_table`, `rw_section`, `input_sections` (the outputs of all peers, to be
 * read) and `output_section` (the own one), in this order, without those that the
 * function has not. An interrupt disables itself (one-shot mode); a program
 * enables it by writing a 32-bit 1 to the file.
 *
 * A function may go away while programs use it: `jailhouse disable` takes the bus.
 * Their maps then end in SIGBUS, and reads of the file in EIO.
 */
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/uio_driver.h>

#include "drv_compat.h"
#include "ivshmem_pci.h"

/* The first map; the others only if they exist. */
#define MAP_REGISTERS 0

/* Lives until the last map of it is gone. */
struct function {
	struct kref refs;
	struct uio_info uio;
	struct ivshmem_info info;
	void __iomem *registers;
	/* Open files; changes under UIO's lock. */
	unsigned int users;
	/* Protects what follows. */
	struct mutex lock;
	bool gone;
	/* Files through which it was mapped. */
	struct list_head inodes;
};

struct mapped_inode {
	struct list_head entry;
	struct inode *inode;
};

static void forget_inodes(struct function *fn)
{
	struct mapped_inode *at, *next;

	list_for_each_entry_safe(at, next, &fn->inodes, entry) {
		iput(at->inode);
		kfree(at);
	}
	INIT_LIST_HEAD(&fn->inodes);
}

static void release_function(struct kref *refs)
{
	struct function *fn = container_of(refs, struct function, refs);

	forget_inodes(fn);
	kfree(fn);
}

static void map_opened(struct vm_area_struct *vma)
{
	struct function *fn = vma->vm_private_data;

	kref_get(&fn->refs);
}

static void map_closed(struct vm_area_struct *vma)
{
	struct function *fn = vma->vm_private_data;

	kref_put(&fn->refs, release_function);
}

static vm_fault_t map_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	struct function *fn = vma->vm_private_data;
	/* User space chooses a map by the offset, in pages. */
	unsigned long page = (vmf->address - vma->vm_start) >> PAGE_SHIFT;
	const struct uio_mem *mem = &fn->uio.mem[vma->vm_pgoff];
	vm_fault_t result = VM_FAULT_SIGBUS;

	mutex_lock(&fn->lock);
	if (!fn->gone)
		result = vmf_insert_pfn(vma, vmf->address, (mem->addr >> PAGE_SHIFT) + page);
	mutex_unlock(&fn->lock);
	return result;
}

/* Parts would lose where they begin. */
static int map_split(struct vm_area_struct *vma, unsigned long address)
{
	return -EINVAL;
}

static const struct vm_operations_struct map_ops = {
	.open = map_opened,
	.close = map_closed,
	.may_split = map_split,
	.fault = map_fault,
};

static int remember_inode(struct function *fn, struct inode *inode)
{
	struct mapped_inode *at;

	list_for_each_entry(at, &fn->inodes, entry)
		if (at->inode == inode)
			return 0;
	at = kzalloc(sizeof(*at), GFP_KERNEL);
	if (!at)
		return -ENOMEM;
	at->inode = inode;
	ihold(inode);
	list_add(&at->entry, &fn->inodes);
	return 0;
}

static int map_section(struct uio_info *uio, struct vm_area_struct *vma)
{
	struct function *fn = uio->priv;
	const struct uio_mem *mem = &uio->mem[vma->vm_pgoff];
	bool registers = vma->vm_pgoff == MAP_REGISTERS;
	bool writable = registers || strcmp(mem->name, "rw_section") == 0 ||
			strcmp(mem->name, "output_section") == 0;
	int err;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	/* What EL2 would answer by an abort is refused here. */
	if (!writable && (vma->vm_flags & VM_WRITE))
		return -EACCES;
	mutex_lock(&fn->lock);
	err = fn->gone ? -ENODEV : remember_inode(fn, file_inode(vma->vm_file));
	mutex_unlock(&fn->lock);
	if (err)
		return err;
	drv_compat_vm_flags(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP,
			    writable ? 0 : VM_MAYWRITE);
	if (registers)
		vma->vm_page_prot = pgprot_device(vma->vm_page_prot);
	vma->vm_private_data = fn;
	vma->vm_ops = &map_ops;
	kref_get(&fn->refs);
	return 0;
}

static void zap_maps(struct function *fn)
{
	struct mapped_inode *at;

	mutex_lock(&fn->lock);
	fn->gone = true;
	mutex_unlock(&fn->lock);
	/* Nobody adds a page or an inode any more. */
	list_for_each_entry(at, &fn->inodes, entry)
		unmap_mapping_range(at->inode->i_mapping, 0, 0, 1);
}

/* The function has disabled its interrupt already. */
static irqreturn_t handle_interrupt(int irq, struct uio_info *uio)
{
	return IRQ_HANDLED;
}

static int control_interrupt(struct uio_info *uio, s32 on)
{
	struct function *fn = uio->priv;

	writel(on ? IVSHMEM_INT_ENABLE : 0, fn->registers + IVSHMEM_REG_INT_CONTROL);
	return 0;
}

static int open_file(struct uio_info *uio, struct inode *inode)
{
	struct function *fn = uio->priv;

	fn->users++;
	return 0;
}

/* Programs that end without a word leave neither state nor interrupts. */
static int close_file(struct uio_info *uio, struct inode *inode)
{
	struct function *fn = uio->priv;

	if (--fn->users)
		return 0;
	writel(0, fn->registers + IVSHMEM_REG_INT_CONTROL);
	writel(0, fn->registers + IVSHMEM_REG_STATE);
	return 0;
}

static void add_map(struct function *fn, unsigned int *n, const char *name, u64 start, u64 size)
{
	if (!size)
		return;
	fn->uio.mem[*n].name = name;
	fn->uio.mem[*n].addr = start;
	fn->uio.mem[*n].size = size;
	fn->uio.mem[*n].memtype = UIO_MEM_PHYS;
	(*n)++;
}

static void add_maps(struct function *fn, const struct resource *bar)
{
	const struct ivshmem_info *info = &fn->info;
	unsigned int n = 0;

	add_map(fn, &n, "registers", bar->start, resource_size(bar));
	add_map(fn, &n, "state_table", info->start[IVSHMEM_STATE_TABLE],
		info->size[IVSHMEM_STATE_TABLE]);
	add_map(fn, &n, "rw_section", info->start[IVSHMEM_COMMON], info->size[IVSHMEM_COMMON]);
	add_map(fn, &n, "input_sections", info->start[IVSHMEM_OUTPUTS],
		info->size[IVSHMEM_OUTPUTS]);
	add_map(fn, &n, "output_section",
		info->start[IVSHMEM_OUTPUTS] + info->id * info->output_size, info->output_size);
}

static int register_uio(struct pci_dev *pdev, struct function *fn)
{
	int err = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_INTX);

	if (err < 0)
		return dev_err_probe(&pdev->dev, err, "no interrupt; check vpci_irq_base\n");
	fn->uio.irq = pci_irq_vector(pdev, 0);
	/* EL2 makes the SPI pending at whichever CPU it is routed to. */
	fn->uio.irq_flags = IRQF_NOBALANCING;
	fn->uio.handler = handle_interrupt;
	fn->uio.irqcontrol = control_interrupt;
	fn->uio.mmap = map_section;
	fn->uio.open = open_file;
	fn->uio.release = close_file;
	fn->uio.name = "uio_ivshmem";
	fn->uio.version = "2";
	fn->uio.priv = fn;
	err = uio_register_device(&pdev->dev, &fn->uio);
	if (err)
		pci_free_irq_vectors(pdev);
	return err;
}

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct function *fn = kzalloc(sizeof(*fn), GFP_KERNEL);
	int err;

	if (!fn)
		return -ENOMEM;
	kref_init(&fn->refs);
	mutex_init(&fn->lock);
	INIT_LIST_HEAD(&fn->inodes);
	err = pcim_enable_device(pdev);
	if (!err)
		err = pcim_iomap_regions(pdev, BIT(IVSHMEM_REGISTERS_BAR), "uio_ivshmem");
	if (err)
		goto failed;
	fn->registers = pcim_iomap_table(pdev)[IVSHMEM_REGISTERS_BAR];
	err = ivshmem_look(pdev, fn->registers, &fn->info);
	if (err)
		goto failed;
	add_maps(fn, &pdev->resource[IVSHMEM_REGISTERS_BAR]);
	pci_set_master(pdev);
	writel(0, fn->registers + IVSHMEM_REG_INT_CONTROL);
	ivshmem_set_one_shot(pdev, &fn->info, true);
	pci_set_drvdata(pdev, fn);
	err = register_uio(pdev, fn);
	if (err)
		goto failed;
	return 0;

failed:
	kref_put(&fn->refs, release_function);
	return err;
}

static void remove(struct pci_dev *pdev)
{
	struct function *fn = pci_get_drvdata(pdev);

	zap_maps(fn);
	uio_unregister_device(&fn->uio);
	writel(0, fn->registers + IVSHMEM_REG_INT_CONTROL);
	writel(0, fn->registers + IVSHMEM_REG_STATE);
	ivshmem_set_one_shot(pdev, &fn->info, false);
	pci_free_irq_vectors(pdev);
	pci_clear_master(pdev);
	kref_put(&fn->refs, release_function);
}

/* Class "unassigned", protocol 0: others by new_id. */
static const struct pci_device_id ids[] = { { PCI_DEVICE(IVSHMEM_VENDOR_ID, IVSHMEM_DEVICE_ID),
					      .class = 0xff0000, .class_mask = 0xffffff },
					    {} };
MODULE_DEVICE_TABLE(pci, ids);

static struct pci_driver uio_ivshmem = {
	.name = "uio_ivshmem",
	.id_table = ids,
	.probe = probe,
	.remove = remove,
};
module_pci_driver(uio_ivshmem);

MODULE_AUTHOR("The Cellblock authors");
MODULE_DESCRIPTION("ivshmem, version 2, for user space");
MODULE_LICENSE("GPL");
