package kubernetes

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
)

// limits say how hard to press the API server; the usual ones let many resources be worked on at once.
type limits struct {
	Burst   *int     `json:"burst"`
	QPS     *float64 `json:"qps"`
	Timeout *int     `json:"timeout"` // seconds, 0 for none
}

// limits reads what the program says, else the environment: what that says does not matter where it does not count.
func (v variables) limits() (l limits, err error) {
	if text := v.get("kubeClientSettings"); text != "" {
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			return l, fmt.Errorf("failed to unmarshal kubeClientSettings option: %w", err)
		}
	}
	if l.Burst, err = limit(l.Burst, "BURST", strconv.Atoi, 120); err != nil {
		return l, err
	}
	if l.QPS, err = limit(l.QPS, "QPS", parseFloat, 50); err != nil {
		return l, err
	}
	l.Timeout, err = limit(l.Timeout, "TIMEOUT", strconv.Atoi, 0)
	return l, err
}

func limit[T any](chosen *T, env string, parse func(string) (T, error), usual T) (*T, error) {
	if chosen != nil {
		return chosen, nil
	}
	name := "PULUMI_K8S_CLIENT_" + env
	text := os.Getenv(name)
	if text == "" {
		return &usual, nil
	}
	value, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("invalid value specified for %s: %w", name, err)
	}
	return &value, nil
}

func parseFloat(text string) (float64, error) { return strconv.ParseFloat(text, 64) }

// checkHelm refuses settings of Helm that make no sense, though nothing else comes of them here.
func (v variables) checkHelm() error {
	var settings struct{ Driver, PluginsPath, RegistryConfigPath, RepositoryCache, RepositoryConfigPath *string }
	if text := v.get("helmReleaseSettings"); text != "" {
		if err := json.Unmarshal([]byte(text), &settings); err != nil {
			return fmt.Errorf("failed to unmarshal helmReleaseSettings option: %w", err)
		}
	}
	return nil
}
