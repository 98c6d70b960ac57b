package redact

import (
	"sync"

	ahocorasick "github.com/BobuSumisu/aho-corasick"
)

// index finds the rules whose keywords a text has, reading it once.
type index struct {
	trie  *ahocorasick.Trie
	rules [][]int // by keyword
	named []bool  // by keyword: a rule looks for what is assigned to it
	marks sync.Pool
}

// marks is where a text has which keywords. They are used again, because there
// is a search for every text of every event.
type marks struct {
	lower []byte
	hit   []bool // by rule
	hits  int
	names []int // ends of keywords that something is assigned to
}

func newIndex(rules []*rule) *index {
	x := &index{}
	number := map[string]int{}
	builder := ahocorasick.NewTrieBuilder()
	for i, r := range rules {
		for _, keyword := range r.keywords {
			n, known := number[keyword]
			if !known {
				n = len(x.rules)
				number[keyword] = n
				builder.AddString(keyword)
				x.rules, x.named = append(x.rules, nil), append(x.named, false)
			}
			x.rules[n] = append(x.rules[n], i)
			x.named[n] = x.named[n] || r.assigned
		}
	}
	x.trie = builder.Build()
	x.marks.New = func() any { return &marks{hit: make([]bool, len(rules))} }
	return x
}

// search marks the rules that may find something in a text. The marks go back
// to the pool when they are done with.
func (r *Redactor) search(text string) *marks {
	m := r.index.marks.Get().(*marks)
	clear(m.hit)
	m.hits, m.names, m.lower = 0, m.names[:0], m.lower[:0]
	for _, i := range r.always {
		m.mark(i)
	}
	for i := range len(text) {
		c := text[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		m.lower = append(m.lower, c)
	}
	r.index.trie.Walk(m.lower, func(last, _, keyword int64) bool {
		end := int(last) + 1
		name := r.index.named[keyword] && assigns(text, end)
		if name {
			m.names = append(m.names, end)
		}
		for _, i := range r.index.rules[keyword] {
			if name || !r.rules[i].assigned {
				m.mark(i)
			}
		}
		return true
	})
	return m
}

func (m *marks) mark(rule int) {
	if !m.hit[rule] {
		m.hit[rule] = true
		m.hits++
	}
}
