// Stand-ins for the published provider plugins, all in one binary: it is the plugin it is called by.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"edge-registry/local/plugins/kubernetes"
	"edge-registry/local/plugins/minio"
	"edge-registry/local/plugins/random"
	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/tls"
)

// Constructors run after the port is printed and must stay cheap: the engine waits for each plugin in turn.
var plugins = map[string]rpc.Constructor{
	"kubernetes": kubernetes.New,
	"minio":      minio.New,
	"random":     random.New,
	"tls":        tls.New,
}

func main() {
	name := strings.TrimPrefix(filepath.Base(os.Args[0]), "pulumi-resource-")
	construct, known := plugins[name]
	if !known {
		fmt.Fprintf(os.Stderr, "expected to be called as pulumi-resource-{kubernetes,minio,random,tls}, got %s\n", os.Args[0])
		os.Exit(2)
	}
	if err := rpc.Serve(os.Args[1:], construct); err != nil {
		fmt.Fprintf(os.Stderr, "pulumi-resource-%s: %v\n", name, err)
		os.Exit(1)
	}
}
