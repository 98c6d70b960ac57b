package redact_test

import (
	"fmt"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/redact"
)

func ExampleRedactor_Redact() {
	r, err := redact.New(redact.Options{})
	if err != nil {
		panic(err)
	}
	bug := &metrics.Bug{
		Pattern: "connection-handling",
		Error:   "dial postgres://app:swordfish@db:5432/shop: connection refused",
	}
	r.Redact(bug)
	fmt.Println(bug.Error)
	// Output: dial postgres://app:[redacted:url-password]@db:5432/shop: connection refused
}

func ExampleRedactor_Text() {
	r, err := redact.New(redact.Options{})
	if err != nil {
		panic(err)
	}
	clean, found := r.Text(`password := "swordfish"`)
	fmt.Println(clean)
	for _, f := range found {
		fmt.Println(f.Rule, f.Start, f.End)
	}
	// Output:
	// password := "[redacted:quoted-password]"
	// quoted-password 13 22
}
