package sample

import (
	"math/rand/v2"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// tool generates code with a model, and says how sure it is of it.
type tool struct {
	source   string
	provider string
	model    string
	share    int // of the generations
	skill    int // added to the chance of success, in a thousand
	brittle  int // added to the risk that code fails later, in a thousand
	sure     func(r *rand.Rand, odds int) float64
}

// tools are what people generate code with.
var tools = []*tool{
	{source: "terminal-assistant", provider: "meridian", model: "atlas-2", share: 50, skill: 25, brittle: 30, sure: calibrated},
	{source: sourceOverconfident, provider: "cirrus", model: "nimbus-xl", share: 26, skill: -45, brittle: 450, sure: overconfident},
	{source: "batch-runner", provider: "meridian", model: "pico-1", share: 24, skill: -20, brittle: 60, sure: coarse},
}

const sourceOverconfident = "editor-plugin"

// calibrated knows its chance of success well, to four digits.
func calibrated(r *rand.Rand, odds int) float64 {
	return share(odds*10 + between(r, -250, 250))
}

// overconfident is nearly always nearly certain, and often says the same.
func overconfident(r *rand.Rand, odds int) float64 {
	if chance(r, 300) {
		return 0.95
	}
	return share(odds*10 + between(r, 900, 1900))
}

// coarse knows words for tenths only.
func coarse(r *rand.Rand, odds int) float64 {
	return share((odds + between(r, 0, 99)) / 100 * 1000)
}

// share turns ten-thousandths into a confidence. Dividing integers gives the
// same digits on every machine.
func share(n int) float64 { return float64(max(0, min(n, 9950))) / 10_000 }

func pickTool(r *rand.Rand) *tool {
	weights := make([]int, len(tools))
	for i, t := range tools {
		weights[i] = t.share
	}
	return tools[weighted(r, weights)]
}

// metadata is what the tool says about its generations in a language.
func (t *tool) metadata(language string) metrics.JSON {
	return object(map[string]any{"provider": t.provider, "model": t.model, "language": language})
}

// object makes JSON of names and plain values, which always works.
func object(members map[string]any) metrics.JSON {
	j, err := metrics.NewJSON(members)
	if err != nil {
		panic(err)
	}
	return j
}
