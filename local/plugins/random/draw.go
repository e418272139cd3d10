package random

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"strings"

	"edge-registry/local/plugins/table"
)

const (
	digits   = "0123456789"
	lowers   = "abcdefghijklmnopqrstuvwxyz"
	uppers   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	specials = "!@#$%&*()-_=+[]{}<>:?"
)

// generate draws what each set must have, the rest from all sets allowed, and shuffles.
func generate(state table.Values) (string, error) {
	special := state.Text("overrideSpecial")
	if special == "" {
		special = specials
	}
	var all, drawn string
	for _, set := range []struct{ allowed, minimum, characters string }{
		{"upper", "minUpper", uppers}, {"lower", "minLower", lowers}, {"numeric", "minNumeric", digits}, {"special", "minSpecial", special},
	} {
		if state.Bool(set.allowed) {
			all += set.characters
		}
		if state.Int(set.minimum) < 0 {
			return "", negative(set.minimum, state)
		}
		drawn += draw(set.characters, state.Int(set.minimum))
	}
	if all == "" {
		return "", readError("the character set specified is empty")
	}
	result := []rune(drawn + draw(all, state.Int("length")-int64(len([]rune(drawn)))))
	for i := len(result) - 1; i > 0; i-- {
		j := below(i + 1)
		result[i], result[j] = result[j], result[i]
	}
	return string(result), nil
}

func draw(set string, count int64) string {
	characters := []rune(set)
	var drawn strings.Builder
	for ; count > 0; count-- {
		drawn.WriteRune(characters[below(len(characters))])
	}
	return drawn.String()
}

func below(limit int) int {
	number, err := rand.Int(rand.Reader, big.NewInt(int64(limit)))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return int(number.Int64())
}

// negative is an error where the published plugin crashes.
func negative(name string, state table.Values) error {
	return readError(fmt.Sprintf("%s must not be negative, got %d", name, state.Int(name)))
}

func readError(message string) error {
	return fmt.Errorf("Random Read Error: While attempting to generate a random value for this resource, a read error was generated.\n\n%sOriginal Error: %s", retry, message)
}

const retry = "Retry the Terraform operation. If the error still occurs or happens regularly, please contact the provider developer with hardware and operating system information.\n\n"
