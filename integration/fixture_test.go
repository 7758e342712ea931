package integration_test

import (
	"omniconnector/integration"
	"omniconnector/integration/story"
	"omniconnector/rules"
)

// The cast of the stories, who also play in the other tests.
const (
	anna, boris, vera           = story.Anna, story.Boris, story.Vera
	inDefault, outDefault, ruth = story.InDefault, story.OutDefault, story.Ruth
	carl, cora, lena, dan       = story.Carl, story.Cora, story.Lena, story.Dan
	gone                        = story.Gone
)

var began = story.Began

func testPortal() story.Portal { return story.Usual() }

func testSettings() *integration.Settings { return story.Settings() }

func include(p rules.Parameter, values ...string) rules.Filter {
	return rules.Filter{Parameter: p, Mode: rules.Include, Values: values}
}
