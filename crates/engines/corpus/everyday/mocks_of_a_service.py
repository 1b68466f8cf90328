import unittest
from unittest.mock import MagicMock, Mock, call, patch


class Client:
    def fetch(self, key):
        raise ConnectionError("no network")


class Service:
    def __init__(self, client):
        self.client = client

    def total(self, keys):
        return sum(self.client.fetch(key) for key in keys)


client = Mock(spec=Client)
client.fetch.side_effect = [1, 2, 3]
print(Service(client).total("abc"), client.fetch.call_args_list, client.fetch.call_count)
client.fetch.assert_called_with("c")
try:
    client.fetch.assert_called_once()
except AssertionError as error:
    print(str(error).splitlines()[0])
try:
    client.missing
except AttributeError as error:
    print(error)
with patch.object(Client, "fetch", return_value=10) as fetch:
    print(Service(Client()).total([1, 2]), fetch.mock_calls == [call(1), call(2)])
with patch.dict("os.environ", {"TOKEN": "t"}):
    import os

    print(os.environ["TOKEN"])
print("TOKEN" in os.environ)
magic = MagicMock()
magic.__len__.return_value = 3
magic["key"].value = 5
print(len(magic), magic["key"].value, magic.anything.deep() is magic.anything.deep())


class ServiceTest(unittest.TestCase):
    def test_adds(self):
        self.assertEqual(Service(Mock(fetch=lambda key: 1)).total("ab"), 2)


result = unittest.TestResult()
unittest.defaultTestLoader.loadTestsFromTestCase(ServiceTest).run(result)
print(result.testsRun, result.wasSuccessful())
