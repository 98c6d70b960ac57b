package ingest_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

func ExampleImport() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	db, err := store.Open(ctx, filepath.Join(dir, "feedback.db"), store.Options{Bulk: true})
	if err != nil {
		panic(err)
	}
	defer db.Close()
	if err := store.Migrate(ctx, db); err != nil {
		panic(err)
	}

	file := ingest.File{Name: "night.json", Reader: strings.NewReader(`{"bugs": [
		{"pattern": "bounds-check", "error": "index out of range", "timestamp": "2026-01-31T12:00:00Z"},
		{"pattern": "bounds-check", "error": "index out of range"}
	]}`)}
	now := time.Date(2026, 2, 1, 3, 0, 0, 0, time.UTC)
	receipt, err := ingest.Import(ctx, db, file, now, ingest.Options{Project: "shop"})
	if err != nil {
		panic(err)
	}
	fmt.Printf("%+v\n", receipt.Total())
	for _, refusal := range receipt.Refused {
		fmt.Println(refusal.Path, refusal.Reason)
	}
	// Output:
	// {Read:2 Stored:1 Duplicate:0 Refused:1}
	// $.bugs[1].timestamp timestamp is missing
}
