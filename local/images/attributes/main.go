// chattr and lsattr as the published busybox image has them and Debian's busybox has not: which one is in its own name.
//
//	chattr +S|-S|=S… FILE…
//	lsattr -d FILE…
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"
)

// The letters of the flags, in the order in which lsattr shows them.
var letters = []struct {
	letter rune
	flag   uint32
}{
	{'s', 0x1}, {'u', 0x2}, {'S', 0x8}, {'D', 0x10000}, {'i', 0x10}, {'a', 0x20},
	{'d', 0x40}, {'A', 0x80}, {'c', 0x4}, {'j', 0x4000}, {'t', 0x8000}, {'C', 0x800000},
}

// FS_IOC_GETFLAGS and FS_IOC_SETFLAGS, the same on all processors with 64 bits that Linux images are built for.
const get, set = 0x80086601, 0x40086602

func main() {
	name, args := filepath.Base(os.Args[0]), os.Args[1:]
	run := lsattr
	if name == "chattr" {
		run = chattr
	}
	if len(args) == 0 || !run(args) {
		fmt.Fprintf(os.Stderr, "%s: usage: chattr +S FILE..., or lsattr -d FILE...\n", name)
		os.Exit(1)
	}
}

// chattr goes on after a file that it cannot change and ends well, as busybox's does.
func chattr(args []string) bool {
	how, names := args[0], args[1:]
	if len(how) < 2 || !strings.ContainsRune("+-=", rune(how[0])) || len(names) == 0 {
		return false
	}
	wanted, known := flagsOf(how[1:])
	if !known {
		return false
	}
	for _, name := range names {
		each(name, func(fd uintptr, old uint32) error {
			flags := map[byte]uint32{'+': old | wanted, '-': old &^ wanted, '=': old&^all() | wanted}[how[0]]
			return ioctl(fd, set, &flags)
		})
	}
	return true
}

func lsattr(args []string) bool {
	if args[0] != "-d" || len(args) < 2 {
		return false // what a folder holds is not listed here: nothing asks for it
	}
	for _, name := range args[1:] {
		each(name, func(_ uintptr, flags uint32) error {
			shown := ""
			for _, one := range letters {
				if flags&one.flag != 0 {
					shown += string(one.letter)
				} else {
					shown += "-"
				}
			}
			fmt.Println(shown, name)
			return nil
		})
	}
	return true
}

// each opens a file, reads its flags and hands both on; what fails is said.
func each(name string, work func(fd uintptr, flags uint32) error) {
	err := func() error {
		file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
		if err != nil {
			return err
		}
		defer file.Close()
		var flags uint32
		if err := ioctl(file.Fd(), get, &flags); err != nil {
			return fmt.Errorf("flags of %s: %w", name, err)
		}
		return work(file.Fd(), flags)
	}()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

func ioctl(fd uintptr, request uintptr, flags *uint32) error {
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(unsafe.Pointer(flags))); errno != 0 {
		return errno
	}
	return nil
}

func flagsOf(text string) (flags uint32, known bool) {
	for _, letter := range text {
		before := flags
		for _, one := range letters {
			if one.letter == letter {
				flags |= one.flag
			}
		}
		if flags == before {
			return 0, false
		}
	}
	return flags, true
}

func all() (flags uint32) {
	for _, one := range letters {
		flags |= one.flag
	}
	return flags
}
