package kubernetes

import (
	"fmt"
	"strings"
)

// refuseHelm fails for functions, resources and components that take Helm, which is too much to build for a plugin that
// stands in.
func refuseHelm(token string) error {
	if strings.HasPrefix(token, "kubernetes:helm:") || strings.HasPrefix(token, "kubernetes:helm.sh/") {
		return fmt.Errorf("%s needs the published kubernetes plugin: this one comes without Helm", token)
	}
	return nil
}
