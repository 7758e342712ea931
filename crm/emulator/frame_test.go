package emulator_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"omniconnector/crm/emulator"
)

// application is the vendor's SDK inside a frame of the emulated portal; what it met, it posts to the test.
type application struct {
	*httptest.Server
	opened chan url.Values // the forms that the portal posted, with their queries
	said   chan string
}

// The page uses the SDK as its manual shows, and tells each step.
const sdkPage = `<!doctype html><html><head><meta charset="utf-8"><script src="/sdk.js"></script></head><body><script>
const tell = text => fetch('/said', { method: 'POST', body: text })
;(async () => {
  try {
    const b24 = await B24Js.initializeB24Frame()
    const auth = b24.auth.getAuthData()
    const fresh = await b24.auth.refreshAuth()
    await tell(JSON.stringify({
      install: b24.isInstallMode, admin: b24.auth.isAdmin, member: auth.member_id, lang: b24.getLang(), placement: b24.placement.title,
      option: (b24.placement.options || {}).ID || '', renewed: fresh.access_token !== auth.access_token,
      sized: JSON.stringify(await b24.parent.resizeWindow(640, 480))
    }))
    if (b24.isInstallMode) await b24.installFinish()
  } catch (e) { await tell('failed: ' + e.message) }
})()
</script></body></html>`

func frameApplication(t *testing.T) application {
	t.Helper()
	a := application{opened: make(chan url.Values, 9), said: make(chan string, 9)}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /page", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		a.opened <- r.Form
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, sdkPage)
	})
	mux.HandleFunc("GET /sdk.js", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, "sdktest/node_modules/@bitrix24/b24jssdk/dist/umd/index.min.js")
	})
	mux.HandleFunc("POST /said", func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		a.said <- string(body)
	})
	a.Server = httptest.NewServer(mux)
	t.Cleanup(a.Close)
	return a
}

// browse opens a page in a real browser until the test ends.
func browse(t *testing.T, address string) {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("there is no chromium: make browser installs it")
	}
	run := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--no-proxy-server", "--user-data-dir="+t.TempDir(), "--remote-debugging-port=0", address)
	// The browser's children write into its directory until they are gone, too: all are killed, and waited for by what they hold open.
	run.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	run.Stdout = new(bytes.Buffer)
	run.Cancel = func() error { return syscall.Kill(-run.Process.Pid, syscall.SIGKILL) }
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = run.Cancel()
		_ = run.Wait() // it was killed
	})
}

// TestOfficialSDKLivesInTheFrame holds the frame's protocol to the vendor's own client of it (README, "The vendor's SDK").
func TestOfficialSDKLivesInTheFrame(t *testing.T) {
	t.Parallel()
	installSDK(t)
	cloud := emulator.New()
	srv := httptest.NewServer(cloud)
	t.Cleanup(srv.Close)
	cloud.SetBaseURL(srv.URL)
	portal := cloud.NewPortal(emulator.PortalSpec{Name: "acme"})
	app := frameApplication(t)
	own := portal.Install(emulator.AppSpec{
		ClientID: "local.frame", Title: "Приложение", Unfinished: true, Handler: app.URL + "/page", InstallURL: app.URL + "/page?install=1",
	})
	// The SDK compares origins by letter, so that the portal needs a host of its own, as the vendor's have.
	_, port, _ := strings.Cut(strings.TrimPrefix(srv.URL, "http://"), ":")
	domain := "acme.localhost:" + port
	browse(t, "http://"+domain+"/app/local.frame")

	form := <-app.opened
	for name, want := range map[string]string{
		"install": "1", "DOMAIN": domain, "PROTOCOL": "0", "LANG": "ru", "member_id": portal.MemberID(), "PLACEMENT": "DEFAULT",
		"APPLICATION_TOKEN": own.ApplicationToken, "AUTH_EXPIRES": "3600", "SERVER_ENDPOINT": cloud.ServerEndpoint(), "status": "L",
	} {
		if form.Get(name) != want {
			t.Errorf("posted %s %q, want %q", name, form.Get(name), want)
		}
	}
	const told = `{"install":%t,"admin":true,"member":%q,"lang":"ru","placement":"DEFAULT","option":"","renewed":true,` +
		`"sized":"{\"width\":640,\"height\":480}"}`
	if got := <-app.said; got != fmt.Sprintf(told, true, portal.MemberID()) {
		t.Fatalf("at installation the SDK met %s", got)
	}
	if form := <-app.opened; form.Get("install") != "" { // the portal goes on to the application's own page by itself
		t.Error("the installation is not finished")
	}
	if got := <-app.said; got != fmt.Sprintf(told, false, portal.MemberID()) {
		t.Errorf("afterwards the SDK met %s", got)
	}
}
