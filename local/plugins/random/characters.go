package random

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/crypto/bcrypt"

	"edge-registry/local/plugins/table"
)

// password and text share their inputs; only what they hide and record differs.
func password() *table.Resource {
	return &table.Resource{
		Version: 3,
		Upgrade: upgradePassword,
		Warn:    warnOfNumber,
		Plan:    planNumeric,
		Fields: characterFields(
			table.Field{Name: "bcryptHash", Output: true, Stable: true, Secret: true},
			table.Field{Name: "result", Output: true, Stable: true, Secret: true},
		),
		Create: func(_ context.Context, state table.Values) error {
			result, err := generate(state)
			if err != nil {
				return err
			}
			return recordPassword(state, result)
		},
		Import: func(id string) (table.Values, error) {
			state := importedCharacters(id)
			return state, recordPassword(state, id)
		},
	}
}

func recordPassword(state table.Values, result string) error {
	state["result"], state["id"] = result, "none"
	return recordHash(state)
}

func recordHash(state table.Values) error {
	// bcrypt takes no more than 72 bytes; the published plugin cuts, too.
	result := []byte(state.Text("result"))
	hash, err := bcrypt.GenerateFromPassword(result[:min(len(result), 72)], bcrypt.DefaultCost)
	state["bcryptHash"] = string(hash)
	return err
}

func text() *table.Resource {
	return &table.Resource{
		Version: 2,
		Upgrade: upgradeText,
		Warn:    warnOfNumber,
		Plan:    planNumeric,
		Fields:  characterFields(output("result")),
		Create: func(_ context.Context, state table.Values) error {
			result, err := generate(state)
			state["result"], state["id"] = result, result
			return err
		},
		Import: func(id string) (table.Values, error) {
			state := importedCharacters(id)
			state["result"], state["id"] = id, id
			return state, nil
		},
	}
}

func characterFields(results ...table.Field) []table.Field {
	fields := []table.Field{
		keepers(), output("id"),
		{Name: "length", Kind: table.Int, Required: true, Replace: table.Always, Valid: []table.Rule{table.AtLeast(1), longEnough},
			Doc: "The length of the string desired. The minimum value for length is 1 and, length must also be >= (`min_upper` + `min_lower` + `min_numeric` + `min_special`)."},
		{Name: "number", Kind: table.Bool, Computed: true, Replace: table.Always, Valid: []table.Rule{someCharacters}},
		{Name: "numeric", Kind: table.Bool, Computed: true, Replace: table.Always, Valid: []table.Rule{someCharacters}},
		{Name: "overrideSpecial", Replace: replaceSpecial},
	}
	for _, name := range []string{"lower", "special", "upper"} {
		fields = append(fields, table.Field{Name: name, Kind: table.Bool, Computed: true, Default: true, Replace: table.Always})
	}
	for _, name := range minimums {
		fields = append(fields, table.Field{Name: name, Kind: table.Int, Computed: true, Default: 0.0, Replace: table.Always})
	}
	return append(fields, results...)
}

// replaceSpecial lets an empty set go without a trace.
func replaceSpecial(old, new any) bool {
	return !table.Unknown(new) && (old != "" || new != nil)
}

var minimums = []string{"minUpper", "minLower", "minNumeric", "minSpecial"}

func longEnough(path string, value any, inputs table.Values) (string, string) {
	var sum int64
	for _, name := range minimums {
		if table.Unknown(inputs[name]) {
			return "", ""
		}
		sum += inputs.Int(name)
	}
	if length, _ := value.(float64); int64(length) >= sum {
		return "", ""
	}
	return "Invalid Attribute Value", fmt.Sprintf("Attribute %s value must be at least sum of "+
		"min_upper + min_lower + min_numeric + min_special, got: %.0f", path, value)
}

// someCharacters refuses a set explicitly emptied.
func someCharacters(path string, value any, inputs table.Values) (string, string) {
	if value == true || inputs["special"] != false || inputs["upper"] != false || inputs["lower"] != false {
		return "", ""
	}
	return "Invalid Attribute Combination",
		fmt.Sprintf("At least one attribute out of [special,upper,lower,%s] must be specified as true", path)
}

// planNumeric keeps number, the old name, equal to numeric.
func planNumeric(inputs, _, planned table.Values) ([]string, error) {
	number, numberGiven := inputs["number"]
	numeric, numericGiven := inputs["numeric"]
	switch {
	case numberGiven && numericGiven && number != numeric:
		return nil, errors.New("1 error occurred:\n\t* : Number and numeric are both configured with different values - Number is deprecated, use numeric instead\n\n")
	case numericGiven:
		planned["number"] = numeric
	case numberGiven:
		planned["numeric"] = number
	default:
		planned["number"], planned["numeric"] = true, true
	}
	return nil, nil
}

func warnOfNumber(ctx context.Context, inputs table.Values) {
	if _, given := inputs["number"]; given {
		table.Warn(ctx, "property \"number\" is deprecated: **NOTE**: This is deprecated, use `numeric` instead.")
	}
}

func importedCharacters(result string) table.Values {
	return table.Values{
		"length": float64(len(result)), "special": true, "upper": true, "lower": true, "number": true, "numeric": true,
		"minSpecial": 0.0, "minUpper": 0.0, "minLower": 0.0, "minNumeric": 0.0,
	}
}
