package superset

import (
	"fmt"
	"slices"
	"strings"
)

// Version is a version of Superset that a bundle is for. The zero value is all
// of them: what only one can do is left out then.
type Version string

// The versions, oldest first.
const (
	Version41 Version = "4.1"
	Version50 Version = "5.0"
	Version61 Version = "6.1"
)

var versions = []Version{Version41, Version50, Version61}

// ParseVersion reads the name of a version: 4.1, 5.0 or 6.1.
func ParseVersion(name string) (Version, error) {
	v := Version(name)
	if !slices.Contains(versions, v) {
		return "", fmt.Errorf("superset: no version %q: want %s", name, joined(versions))
	}
	return v, nil
}

// has reports whether v has what came with another version. All of them
// together have what the oldest has.
func (v Version) has(since Version) bool { return v >= since || since <= versions[0] }

// joined writes texts one after the other.
func joined[T ~string](texts []T) string {
	var all []string
	for _, t := range texts {
		all = append(all, string(t))
	}
	return strings.Join(all, ", ")
}
