package metrics

import "strings"

// GenerationTrailer is the name of the trailer by which a commit says which
// code generation it holds, so that what is found in the commit later can be
// linked to it:
//
//	Feedback-Loop-Generation: 5f465bf4…
//
// The value is the event key of the generation; a commit may have several such
// lines. Git adds one with git commit --trailer.
const GenerationTrailer = "Feedback-Loop-Generation"

// GenerationKeys returns the event keys in the trailers of a commit message,
// each once, in their order. Names of trailers are the same in capitals. A
// value that is no event key is no trailer of ours.
//
// Git itself finds trailers in the last paragraph only. Here any line counts
// that is not indented or quoted, because a squashed commit has the messages of
// several, one after the other.
func GenerationKeys(message string) []string {
	var keys []string
	known := map[string]bool{}
	for line := range strings.Lines(message) {
		name, value, found := strings.Cut(line, ":")
		if !found || !strings.EqualFold(strings.TrimRight(name, " \t"), GenerationTrailer) {
			continue
		}
		if key := strings.TrimSpace(value); isKey(key) && !known[key] {
			known[key] = true
			keys = append(keys, key)
		}
	}
	return keys
}
