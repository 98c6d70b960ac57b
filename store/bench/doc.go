// Package bench compares ways into the tables of both databases: the import of
// a file and DB.Insert against prepared statements, COPY and GORM on the same
// tables and indexes. It is a module of its own, so that the go.mod of no user
// names what we compare with.
//
//	go test -run '^$' -bench . -benchtime 1x -count 5 -records 300000
//
// reports the rows per second of each, and how many times those of the first
// one they are. Only the import reads, checks and identifies records; the peers
// are given ready values.
//
//	go test -run Memory -v -records 300000
//
// tells the peak memory of an import of so many records and of ten times as
// many.
//
//	go test -run TestBooksAlwaysAddUp -rapid.checks 10000
//
// gives the recorder of package record random work and looks at its books. The
// test is here because it takes pgregory.net/rapid, which draws the work and
// makes a failure small.
package bench
