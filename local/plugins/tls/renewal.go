package tls

import (
	"context"
	"fmt"
	"time"

	"edge-registry/local/plugins/rpc"
	"edge-registry/local/plugins/table"
)

// planRenewal replaces a certificate whose time to be renewed has come.
func planRenewal(_, _, planned table.Values) (replace []string, err error) {
	validity, early := planned.Int("validityPeriodHours"), planned.Int("earlyRenewalHours")
	if validity == 0 || !table.Unknown(planned["earlyRenewalHours"]) && early >= validity {
		planned["readyForRenewal"] = true
	}
	due, err := isDue(planned)
	if due {
		planned["readyForRenewal"] = rpc.Unknown{}
		replace = []string{"readyForRenewal"}
	}
	return replace, err
}

// noteRenewal shows in a refreshed state that the time has come.
func noteRenewal(_ context.Context, state table.Values) (bool, error) {
	due, err := isDue(state)
	if due {
		state["readyForRenewal"] = true
	}
	return true, err
}

func isDue(state table.Values) (bool, error) {
	text, known := state["validityEndTime"].(string)
	if !known {
		return false, nil
	}
	end, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return false, fmt.Errorf("Failed to parse data from string: %s: %w", text, err)
	}
	return !time.Now().Before(end.Add(-time.Duration(state.Int("earlyRenewalHours")) * time.Hour)), nil
}
