package superset

import (
	"archive/zip"
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Bundle is a set of pages together with all they need, as Superset imports it.
type Bundle struct {
	// Project keeps the objects of different projects apart: their UUIDs are
	// derived from it. Zero is "feedback-loop". Renaming it makes new objects.
	Project string

	// DatabaseName is what Superset calls the connection; zero is the project.
	DatabaseName string
	Database     Database
	Dashboards   []Dashboard

	Version Version // of the Superset that imports it; zero makes a bundle for all versions
}

// File is one file of a bundle.
type File struct {
	Path    string // with slashes, without root folder
	Content []byte
}

const defaultProject = "feedback-loop"

func (b Bundle) project() string { return cmp.Or(b.Project, defaultProject) }

func (b Bundle) databaseName() string { return cmp.Or(b.DatabaseName, b.project()) }

func (b Bundle) databaseFile() string { return "databases/" + b.databaseName() + ".yaml" }

// pages are the dashboards as the version draws them.
func (b Bundle) pages() []Dashboard {
	var pages []Dashboard
	for _, d := range b.Dashboards {
		pages = append(pages, d.For(b.Version))
	}
	return pages
}

// Passwords are the passwords that the bundle leaves out, by the file that they
// belong to, as [Client.Push] wants them. It is empty if the URI had none.
func (b Bundle) Passwords() map[string]string {
	if b.Database.password == nil {
		return nil
	}
	return map[string]string{b.databaseFile(): *b.Database.password}
}

// Datasets returns the datasets that the charts and filters use, sorted by
// name, each once.
func (b Bundle) Datasets() []Dataset {
	var all []Dataset
	for _, d := range b.pages() {
		for _, u := range d.uses() {
			all = append(all, u.dataset)
		}
	}
	slices.SortStableFunc(all, func(a, b Dataset) int { return cmp.Compare(a.Name, b.Name) })
	return slices.CompactFunc(all, func(a, b Dataset) bool { return a.Name == b.Name })
}

// Files checks the bundle and returns its files sorted by path. The same bundle
// gives the same bytes everywhere.
func (b Bundle) Files() ([]File, error) {
	if err := b.Check(); err != nil {
		return nil, err
	}
	docs, err := b.documents()
	if err != nil {
		return nil, err
	}
	files := make([]File, 0, len(docs))
	for _, d := range docs {
		content, err := encodeYAML(d.body)
		if err != nil {
			return nil, fmt.Errorf("superset: %s: %w", d.about, err)
		}
		files = append(files, File{d.path, content})
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// documents are the files of the bundle before they are text.
func (b Bundle) documents() ([]document, error) {
	docs := []document{metadataDocument(), b.databaseDocument()}
	for _, d := range b.Datasets() {
		docs = append(docs, b.datasetDocument(d))
	}
	for _, d := range b.pages() {
		docs = append(docs, b.dashboardDocument(d))
		for _, c := range d.Charts() {
			doc, err := b.chartDocument(c)
			if err != nil {
				return nil, err
			}
			docs = append(docs, doc)
		}
	}
	return docs, nil
}

// WriteZip writes the bundle as the ZIP that Superset imports. It writes
// nothing if the bundle has mistakes, which it then returns as [Bundle.Check]
// does.
func (b Bundle) WriteZip(w io.Writer) error {
	files, err := b.Files()
	if err != nil {
		return err
	}
	return writeZip(w, files)
}

// writeZip stores the files below one root folder. Stored files make equal
// bundles equal whatever version of a compressor wrote them.
func writeZip(w io.Writer, files []File) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		header := &zip.FileHeader{
			Name:     "bundle/" + f.Path,
			Method:   zip.Store,
			Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC), // the oldest a ZIP can hold
		}
		entry, err := z.CreateHeader(header)
		if err != nil {
			return fmt.Errorf("superset: write %s: %w", f.Path, err)
		}
		if _, err := entry.Write(f.Content); err != nil {
			return fmt.Errorf("superset: write %s: %w", f.Path, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("superset: write ZIP: %w", err)
	}
	return nil
}

// WriteDir writes the bundle as a folder, for reading, comparing and version
// control. It makes the folder if needed, replaces a bundle that is there, also
// removing the files of charts that are gone, and leaves a folder alone that
// holds anything but a bundle. It writes nothing if the bundle has mistakes.
func (b Bundle) WriteDir(dir string) error {
	files, err := b.Files()
	if err != nil {
		return err
	}
	if err := clearBundle(dir); err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			return fmt.Errorf("superset: write bundle: %w", err)
		}
		if err := os.WriteFile(path, f.Content, 0o600); err != nil {
			return fmt.Errorf("superset: write bundle: %w", err)
		}
	}
	return nil
}

// clearBundle removes the YAML files of an earlier bundle from the folder.
func clearBundle(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case os.IsNotExist(err):
		return nil
	case err != nil:
		return fmt.Errorf("superset: write bundle: %w", err)
	case len(entries) == 0:
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, "metadata.yaml")); err != nil {
		return fmt.Errorf("superset: write bundle: %s is neither empty nor a bundle", dir)
	}
	for _, pattern := range []string{"*.yaml", "*/*.yaml", "datasets/*/*.yaml"} {
		old, err := fs.Glob(os.DirFS(dir), pattern)
		if err != nil {
			return fmt.Errorf("superset: write bundle: %w", err)
		}
		for _, path := range old {
			if !isBundleFile(path) {
				continue
			}
			if err := os.Remove(filepath.Join(dir, filepath.FromSlash(path))); err != nil {
				return fmt.Errorf("superset: write bundle: %w", err)
			}
		}
	}
	return nil
}

// isBundleFile reports whether Superset would import the file.
func isBundleFile(path string) bool {
	switch folder, _, _ := strings.Cut(path, "/"); folder {
	case "metadata.yaml", "charts", "dashboards", "databases", "datasets":
		return true
	}
	return false
}

// ChartUUID is the identity of the chart with that slug, by which Superset
// lists it: see [Client.Charts].
func (b Bundle) ChartUUID(slug string) string { return chartUUID(b.project(), slug) }
