// SPDX-License-Identifier: GPL-2.0
/*
 * A network interface over an ivshmem channel of two peers. Queues and states are in
 * <jailhouse/ivshmem-net.h>; here they meet net_device, NAPI and the interrupt.
 *
 * One interrupt is for everything: each looks at the peer's state, and for frames.
 * The carrier is on while both peers run.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include <jailhouse/ivshmem-net.h>

#include "ivshmem_pci.h"

enum {
	STAT_INTERRUPTS,
	STAT_DOORBELLS,
	STAT_BAD_FRAMES,
	STAT_BAD_INDICES,
	STAT_QUEUE_FULL,
	STAT_RESETS,
	NUM_STATS,
};

static const char stat_names[NUM_STATS][ETH_GSTRING_LEN] = {
	"interrupts", "doorbells", "rx_bad_frames", "rx_bad_indices", "tx_queue_full", "resets",
};

struct ivshmem_net {
	struct net_device *netdev;
	struct pci_dev *pdev;
	struct ivshmem_info info;
	void __iomem *registers;
	const u32 *states;
	u32 peer;
	int irq;
	struct napi_struct napi;
	struct work_struct work;
	/* State; whether the interface is up. */
	struct mutex lock;
	u32 state;
	bool up;
	/* The sending half of `queues`. */
	spinlock_t tx_lock;
	struct veth queues;
	u64 stats[NUM_STATS];
};

static u32 peer_state(const struct ivshmem_net *n)
{
	return READ_ONCE(n->states[n->peer]);
}

static void ring(struct ivshmem_net *n)
{
	n->stats[STAT_DOORBELLS]++;
	writel(IVSHMEM_DOORBELL(n->peer, 0), n->registers + IVSHMEM_REG_DOORBELL);
}

/* --- frames --- */

static u32 max_frame(const struct net_device *netdev)
{
	return netdev->mtu + VETH_HEADER;
}

static netdev_tx_t start_xmit(struct sk_buff *skb, struct net_device *netdev)
{
	struct ivshmem_net *n = netdev_priv(netdev);
	void *place;
	bool full;

	spin_lock_bh(&n->tx_lock);
	veth_reclaim(&n->queues);
	place = veth_place(&n->queues, skb->len);
	if (place) {
		skb_copy_bits(skb, 0, place, (int)skb->len);
		veth_commit(&n->queues);
	}
	full = !veth_has_room(&n->queues, max_frame(netdev));
	if (full) {
		n->stats[STAT_QUEUE_FULL]++;
		netif_stop_queue(netdev);
	}
	spin_unlock_bh(&n->tx_lock);
	if (!place)
		return NETDEV_TX_BUSY;
	netdev->stats.tx_packets++;
	netdev->stats.tx_bytes += skb->len;
	if (full || !netdev_xmit_more())
		ring(n);
	dev_consume_skb_any(skb);
	return NETDEV_TX_OK;
}

static void take_back(struct ivshmem_net *n)
{
	spin_lock_bh(&n->tx_lock);
	veth_reclaim(&n->queues);
	if (netif_queue_stopped(n->netdev) && netif_carrier_ok(n->netdev) &&
	    veth_has_room(&n->queues, max_frame(n->netdev)))
		netif_wake_queue(n->netdev);
	spin_unlock_bh(&n->tx_lock);
}

static void receive(struct ivshmem_net *n, const void *frame, u32 length)
{
	struct net_device *netdev = n->netdev;
	struct sk_buff *skb;

	if (length < ETH_HLEN || length > max_frame(netdev)) {
		netdev->stats.rx_length_errors++;
		netdev->stats.rx_errors++;
		return;
	}
	skb = napi_alloc_skb(&n->napi, length);
	if (!skb) {
		netdev->stats.rx_dropped++;
		return;
	}
	skb_put_data(skb, frame, length);
	skb->protocol = eth_type_trans(skb, netdev);
	netdev->stats.rx_packets++;
	netdev->stats.rx_bytes += length;
	napi_gro_receive(&n->napi, skb);
}

static int poll_frames(struct napi_struct *napi, int budget)
{
	struct ivshmem_net *n = container_of(napi, struct ivshmem_net, napi);
	const void *frame = NULL;
	enum veth_rx found;
	u32 length = 0;
	int done = 0;

	take_back(n);
	for (; done < budget; done++) {
		found = veth_look(&n->queues, &frame, &length);
		if (found == VETH_NOTHING)
			break;
		if (found == VETH_BAD_INDEX) {
			n->stats[STAT_BAD_INDICES]++;
			n->netdev->stats.rx_errors++;
			continue;
		}
		if (found == VETH_FRAME) {
			receive(n, frame, length);
		} else {
			n->stats[STAT_BAD_FRAMES]++;
			n->netdev->stats.rx_errors++;
		}
		veth_done(&n->queues);
	}
	/* The peer may wait for room. */
	if (done)
		ring(n);
	if (done < budget && napi_complete_done(napi, done) &&
	    veth_look(&n->queues, &frame, &length) != VETH_NOTHING)
		napi_schedule(napi);
	return done;
}

static irqreturn_t handle_interrupt(int irq, void *data)
{
	struct ivshmem_net *n = data;
	u32 peer = peer_state(n), state = READ_ONCE(n->state);

	n->stats[STAT_INTERRUPTS]++;
	if (state != VETH_RUN || peer != VETH_RUN || !netif_carrier_ok(n->netdev))
		schedule_work(&n->work);
	if (state == VETH_RUN)
		napi_schedule(&n->napi);
	return IRQ_HANDLED;
}

/* --- states --- */

static void set_state(struct ivshmem_net *n, u32 state)
{
	if (n->state == VETH_RUN) {
		netif_carrier_off(n->netdev);
		netif_tx_disable(n->netdev);
		napi_disable(&n->napi);
		n->stats[STAT_RESETS]++;
	}
	if (state == VETH_READY) {
		spin_lock_bh(&n->tx_lock);
		veth_begin(&n->queues);
		spin_unlock_bh(&n->tx_lock);
	}
	if (state == VETH_RUN)
		napi_enable(&n->napi);
	WRITE_ONCE(n->state, state);
	writel(state, n->registers + IVSHMEM_REG_STATE);
}

/* Under n->lock. */
static void follow_peer(struct ivshmem_net *n)
{
	u32 next;

	while ((next = veth_next_state(n->state, peer_state(n), n->up)) != n->state)
		set_state(n, next);
	if (n->state != VETH_RUN)
		return;
	if (peer_state(n) != VETH_RUN) {
		netif_carrier_off(n->netdev);
	} else if (!netif_carrier_ok(n->netdev)) {
		netif_carrier_on(n->netdev);
		netif_start_queue(n->netdev);
	}
	/* Frames that came before. */
	napi_schedule(&n->napi);
}

static void work_to_do(struct work_struct *work)
{
	struct ivshmem_net *n = container_of(work, struct ivshmem_net, work);

	mutex_lock(&n->lock);
	follow_peer(n);
	mutex_unlock(&n->lock);
}

static int set_up(struct net_device *netdev, bool up)
{
	struct ivshmem_net *n = netdev_priv(netdev);

	mutex_lock(&n->lock);
	n->up = up;
	follow_peer(n);
	mutex_unlock(&n->lock);
	return 0;
}

static int open(struct net_device *netdev)
{
	return set_up(netdev, true);
}

static int stop(struct net_device *netdev)
{
	return set_up(netdev, false);
}

static int change_mtu(struct net_device *netdev, int mtu)
{
	WRITE_ONCE(netdev->mtu, mtu);
	return 0;
}

static const struct net_device_ops net_ops = {
	.ndo_open = open,
	.ndo_stop = stop,
	.ndo_start_xmit = start_xmit,
	.ndo_change_mtu = change_mtu,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

/* --- ethtool --- */

static void get_drvinfo(struct net_device *netdev, struct ethtool_drvinfo *info)
{
	struct ivshmem_net *n = netdev_priv(netdev);

	strscpy(info->driver, "ivshmem_net", sizeof(info->driver));
	strscpy(info->version, "2", sizeof(info->version));
	strscpy(info->bus_info, pci_name(n->pdev), sizeof(info->bus_info));
}

static int get_sset_count(struct net_device *netdev, int set)
{
	return set == ETH_SS_STATS ? NUM_STATS : -EOPNOTSUPP;
}

static void get_strings(struct net_device *netdev, u32 set, u8 *names)
{
	if (set == ETH_SS_STATS)
		memcpy(names, stat_names, sizeof(stat_names));
}

static void get_ethtool_stats(struct net_device *netdev, struct ethtool_stats *stats, u64 *values)
{
	struct ivshmem_net *n = netdev_priv(netdev);

	memcpy(values, n->stats, sizeof(n->stats));
}

static const struct ethtool_ops tool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_ethtool_stats,
};

/* --- the function --- */

static int map_sections(struct ivshmem_net *n)
{
	struct device *dev = &n->pdev->dev;
	const struct ivshmem_info *info = &n->info;
	u64 outputs = info->start[IVSHMEM_OUTPUTS], size = info->output_size;
	void *own, *other;
	u32 *ends;

	n->states = devm_memremap(dev, info->start[IVSHMEM_STATE_TABLE],
				  info->size[IVSHMEM_STATE_TABLE], MEMREMAP_WB);
	own = devm_memremap(dev, outputs + info->id * size, size, MEMREMAP_WB);
	other = devm_memremap(dev, outputs + n->peer * size, size, MEMREMAP_WB);
	ends = devm_kcalloc(dev, VETH_MAX_SLOTS, sizeof(*ends), GFP_KERNEL);
	if (IS_ERR(n->states) || IS_ERR(own) || IS_ERR(other) || !ends)
		return -ENOMEM;
	if (!veth_layout(&n->queues, own, other, size, ends))
		return dev_err_probe(dev, -EINVAL,
				     "output sections of %llu bytes are too small for a network\n",
				     size);
	return 0;
}

static void init_netdev(struct ivshmem_net *n)
{
	struct net_device *netdev = n->netdev;

	netdev->netdev_ops = &net_ops;
	netdev->ethtool_ops = &tool_ops;
	netdev->min_mtu = ETH_MIN_MTU;
	netdev->max_mtu = min_t(u32, ETH_MAX_MTU, veth_max_frame(&n->queues)) - VETH_HEADER;
	netdev->mtu = min_t(u32, ETH_DATA_LEN, netdev->max_mtu);
	netdev->hw_features = NETIF_F_SG;
	netdev->features = netdev->hw_features;
	eth_hw_addr_random(netdev);
	netif_carrier_off(netdev);
	netif_napi_add(netdev, &n->napi, poll_frames);
}

static int take_interrupt(struct ivshmem_net *n)
{
	int err = pci_alloc_irq_vectors(n->pdev, 1, 1, PCI_IRQ_INTX);

	if (err < 0)
		return dev_err_probe(&n->pdev->dev, err, "no interrupt; check vpci_irq_base\n");
	n->irq = pci_irq_vector(n->pdev, 0);
	/* EL2 makes the SPI pending at whichever CPU it is routed to. */
	err = request_irq((unsigned int)n->irq, handle_interrupt, IRQF_NOBALANCING, "ivshmem_net",
			  n);
	if (err)
		pci_free_irq_vectors(n->pdev);
	return err;
}

static void give_interrupt(struct ivshmem_net *n)
{
	writel(0, n->registers + IVSHMEM_REG_INT_CONTROL);
	free_irq((unsigned int)n->irq, n);
	pci_free_irq_vectors(n->pdev);
}

static int probe_network(struct ivshmem_net *n)
{
	int err = map_sections(n);

	if (err)
		return err;
	init_netdev(n);
	err = take_interrupt(n);
	if (err)
		return err;
	writel(VETH_RESET, n->registers + IVSHMEM_REG_STATE);
	err = register_netdev(n->netdev);
	if (err) {
		give_interrupt(n);
		return err;
	}
	writel(IVSHMEM_INT_ENABLE, n->registers + IVSHMEM_REG_INT_CONTROL);
	schedule_work(&n->work);
	return 0;
}

static int probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct net_device *netdev = devm_alloc_etherdev(&pdev->dev, sizeof(struct ivshmem_net));
	struct ivshmem_net *n;
	int err;

	if (!netdev)
		return -ENOMEM;
	SET_NETDEV_DEV(netdev, &pdev->dev);
	n = netdev_priv(netdev);
	n->netdev = netdev;
	n->pdev = pdev;
	mutex_init(&n->lock);
	spin_lock_init(&n->tx_lock);
	INIT_WORK(&n->work, work_to_do);
	err = pcim_enable_device(pdev);
	if (!err)
		err = pcim_iomap_regions(pdev, BIT(IVSHMEM_REGISTERS_BAR), "ivshmem_net");
	if (err)
		return err;
	n->registers = pcim_iomap_table(pdev)[IVSHMEM_REGISTERS_BAR];
	err = ivshmem_look(pdev, n->registers, &n->info);
	if (err)
		return err;
	if (n->info.peers != 2)
		return dev_err_probe(&pdev->dev, -EINVAL,
				     "a network has two peers, this channel %u\n", n->info.peers);
	n->peer = !n->info.id;
	pci_set_master(pdev);
	pci_set_drvdata(pdev, n);
	ivshmem_set_one_shot(pdev, &n->info, false);
	return probe_network(n);
}

static void remove(struct pci_dev *pdev)
{
	struct ivshmem_net *n = pci_get_drvdata(pdev);

	unregister_netdev(n->netdev);
	give_interrupt(n);
	cancel_work_sync(&n->work);
	writel(VETH_RESET, n->registers + IVSHMEM_REG_STATE);
	netif_napi_del(&n->napi);
}

/* Class "unassigned", protocol VETH. */
static const struct pci_device_id ids[] = { { PCI_DEVICE(IVSHMEM_VENDOR_ID, IVSHMEM_DEVICE_ID),
					      .class = 0xff0001, .class_mask = 0xffffff },
					    {} };
MODULE_DEVICE_TABLE(pci, ids);

static struct pci_driver ivshmem_net = {
	.name = "ivshmem_net",
	.id_table = ids,
	.probe = probe,
	.remove = remove,
};
module_pci_driver(ivshmem_net);

MODULE_AUTHOR("The Cellblock authors");
MODULE_DESCRIPTION("Ethernet over an ivshmem channel, protocol VETH");
MODULE_LICENSE("GPL");
