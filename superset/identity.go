package superset

import (
	"encoding/binary"

	"github.com/google/uuid"
)

// identity derives the UUID of an object from the project, its kind and its
// name, so that the next import finds it again. Superset compares UUIDs as
// text; this one is in lower case.
func identity(project, kind, name string) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte("superset:"+project+"/"+kind+"/"+name))
}

func databaseUUID(project, name string) string {
	return identity(project, "database", name).String()
}

func datasetUUID(project, name string) string {
	return identity(project, "dataset", name).String()
}

func chartUUID(project, slug string) string {
	return identity(project, "chart", slug).String()
}

func dashboardUUID(project, slug string) string {
	return identity(project, "dashboard", slug).String()
}

// localID is the number by which pages of a bundle refer to a chart; Superset
// replaces it by its own. It comes from the slug too, so that adding a chart
// leaves the others alone.
func localID(project, slug string) int {
	id := identity(project, "chart", slug)
	return int(binary.BigEndian.Uint32(id[:4]) >> 2)
}
