package minio

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"edge-registry/local/plugins/table/tabletest"
)

// fakeAdmin is MinIO's own interface, as far as users, groups, policies, service accounts and keys go.
type fakeAdmin struct {
	*testing.T
	sync.Mutex
	users    map[string]*fakeUser
	groups   map[string]*groupInfo
	policies map[string]string
	accounts map[string]*fakeAccount
	called   []string
	// An action that it answers with an error, whatever is asked.
	fails string

	keys        map[string]keyStatus
	removesKeys bool
}

type fakeUser struct{ SecretKey, Status, Policy string }

type fakeAccount struct {
	accountInfo
	secret string
}

const fakePassword = "password"

func newFakeAdmin(t *testing.T) (*fakeAdmin, map[string]any) {
	fake := &fakeAdmin{T: t, users: map[string]*fakeUser{}, groups: map[string]*groupInfo{}, policies: map[string]string{}, accounts: map[string]*fakeAccount{}}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return fake, map[string]any{"minioServer": strings.TrimPrefix(server.URL, "http://"), "minioUser": "user", "minioPassword": fakePassword}
}

func iam(t *testing.T, kind string, config map[string]any) tabletest.Client {
	c := client(t, kind, config)
	c.Type = fmt.Sprintf("minio:index/iam%s:Iam%s", kind, kind)
	return c
}

// calls gives the actions that were called since they were last asked for.
func (f *fakeAdmin) calls() string {
	f.Lock()
	defer f.Unlock()
	called := strings.Join(f.called, " ")
	f.called = nil
	return called
}

func (f *fakeAdmin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.Lock()
	defer f.Unlock()
	action := strings.TrimPrefix(r.URL.Path, "/minio/admin/v3/")
	handle := f.handlers()[r.Method+" "+action]
	if handle == nil {
		f.Errorf("expected a call of the interface, got %s %s", r.Method, r.URL)
		return
	}
	f.called = append(f.called, action)
	body, _ := io.ReadAll(r.Body)
	sum := sha256.Sum256(body)
	signed := strings.Contains(r.Header.Get("Authorization"), "Credential=user/")
	if !signed || r.Header.Get("X-Amz-Content-Sha256") != hex.EncodeToString(sum[:]) {
		f.Errorf("expected a signed request, got %v", r.Header)
	}
	answer, refused := handle(r.URL.Query(), body)
	if action == f.fails {
		refused = &refusal{"InternalError", "We encountered an internal error, please try again."}
	}
	if refused != nil {
		w.WriteHeader(http.StatusNotFound)
		answer, _ = json.Marshal(map[string]string{"Code": refused.Code, "Message": refused.Message})
	}
	_, _ = w.Write(answer)
}

type handler func(query url.Values, body []byte) (answer []byte, refused *refusal)

func (f *fakeAdmin) handlers() map[string]handler {
	return map[string]handler{
		"GET user-info":                   f.userInfo,
		"PUT add-user":                    f.addUser,
		"PUT set-user-status":             f.setUserStatus,
		"DELETE remove-user":              f.removeUser,
		"GET group":                       f.group,
		"PUT update-group-members":        f.updateMembers,
		"PUT set-group-status":            f.setGroupStatus,
		"GET info-canned-policy":          f.policy,
		"PUT add-canned-policy":           f.addPolicy,
		"DELETE remove-canned-policy":     f.removePolicy,
		"PUT set-user-or-group-policy":    f.setPolicies,
		"PUT add-service-account":         f.addAccount,
		"GET info-service-account":        f.account,
		"POST update-service-account":     f.updateAccount,
		"GET list-service-accounts":       f.listAccounts,
		"DELETE delete-service-account":   f.removeAccount,
		"POST /minio/kms/v1/key/create":   f.createKey, // not of that interface: their whole paths
		"GET /minio/kms/v1/key/status":    f.keyStatus,
		"DELETE /minio/kms/v1/key/delete": f.deleteKey,
	}
}

var (
	userGone    = &refusal{noSuchUser, "The specified user does not exist. (Specified user does not exist)"}
	groupGone   = &refusal{noSuchGroup, "The specified group does not exist. (Specified group does not exist)"}
	policyGone  = &refusal{noSuchPolicy, "The canned policy does not exist. (Specified canned policy does not exist)"}
	policyInUse = &refusal{"XMinioIAMPolicyInUse", "The policy cannot be removed, as it is in use"}
)

func (f *fakeAdmin) unseal(body []byte, into any) {
	text, err := unseal(fakePassword, body)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		f.Error(err)
	}
}

// sealed takes the kind that is the quickest to read.
func (f *fakeAdmin) sealed(value any) ([]byte, *refusal) {
	text, _ := json.Marshal(value)
	answer, err := sealAs(pbkdfAES, fakePassword, text)
	if err != nil {
		f.Error(err)
	}
	return answer, nil
}

func plain(value any) ([]byte, *refusal) {
	text, _ := json.Marshal(value)
	return text, nil
}

func (f *fakeAdmin) userInfo(query url.Values, _ []byte) ([]byte, *refusal) {
	name := query.Get("accessKey")
	user := f.users[name]
	if user == nil {
		return nil, userGone
	}
	groups := []string{}
	for group, info := range f.groups {
		if slices.Contains(info.Members, name) {
			groups = append(groups, group)
		}
	}
	return plain(map[string]any{"status": user.Status, "policyName": user.Policy, "memberOf": groups})
}

func (f *fakeAdmin) addUser(query url.Values, body []byte) ([]byte, *refusal) {
	name := query.Get("accessKey")
	if f.users[name] == nil {
		f.users[name] = &fakeUser{}
	}
	f.unseal(body, f.users[name])
	return nil, nil
}

func (f *fakeAdmin) setUserStatus(query url.Values, _ []byte) ([]byte, *refusal) {
	user := f.users[query.Get("accessKey")]
	if user == nil {
		return nil, userGone
	}
	user.Status = query.Get("status")
	return nil, nil
}

func (f *fakeAdmin) removeUser(query url.Values, _ []byte) ([]byte, *refusal) {
	name := query.Get("accessKey")
	if f.users[name] == nil {
		return nil, userGone
	}
	delete(f.users, name)
	return nil, nil
}
