#!/bin/sh
# First process of the test machine. Loads the modules named in /mods/order, puts a writable layer over the host's
# root (read-only, by 9p), moves into it and runs /out/job.sh, whose exit status goes to /out/rc. Then powers off.
B=/bin/busybox
$B mount -t proc proc /proc
$B mount -t sysfs sys /sys
$B mount -t devtmpfs dev /dev
fail() {
	$B echo "init: $*"
	$B poweroff -f
}
for module in $($B cat /mods/order); do
	$B insmod /mods/$module || fail "insmod $module"
done
$B mount -t 9p -o trans=virtio,version=9p2000.L,msize=1048576,cache=loose,ro host /lower || fail "no host root"
$B mount -t tmpfs tmpfs /rw
$B mkdir /rw/upper /rw/work
$B mount -t overlay -o lowerdir=/lower,upperdir=/rw/upper,workdir=/rw/work overlay /root || fail "no overlay"
$B mkdir -p /root/vm-mods /root/out
$B mount --bind /mods /root/vm-mods
for part in proc sys dev; do $B mount --move /$part /root/$part; done
$B mkdir -p /root/dev/shm /root/dev/pts
$B mount -t tmpfs tmpfs /root/dev/shm
$B mount -t tmpfs tmpfs /root/run
$B mount -t 9p -o trans=virtio,version=9p2000.L,msize=1048576,cache=none out /root/out || fail "no place for results"
export HOME=/run TMPDIR=/run PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
$B chroot /root /bin/sh -c 'sh /out/job.sh >/out/job.log 2>&1; echo $? >/out/rc'
$B sync
$B poweroff -f
