// Package ingest imports files that tools already write.
//
// [Import] reads one file as a stream, in constant memory, and stores its
// records through a [Sink], which is usually a *store.DB. It is strict about
// content and forgiving about form: it knows the names that programs really
// use, but what a record does not say stays unknown, and a record with a value
// that cannot be right is refused. Refused records are kept in the quarantine,
// and the [Receipt] says where and why.
//
// An import can be repeated: events have keys made of their content, so that
// importing the same file again adds nothing, while two equal records of one
// file are stored as two.
package ingest
